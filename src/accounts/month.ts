const MONTH_LENGTH = "YYYY-MM".length;

/** The UTC calendar month that an instant falls in, as `YYYY-MM`: the period of quotas and usage. */
export const monthOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, MONTH_LENGTH);

/** 00:00 UTC of the day that an instant falls in. */
export const startOfUtcDay = (epochMs: number): number => new Date(epochMs).setUTCHours(0, 0, 0, 0);
