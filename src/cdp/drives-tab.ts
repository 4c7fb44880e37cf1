/** Commands that a tab is driven with. */
const DRIVES = /^(Input\.|Page\.(navigate|reload|bringToFront|navigateToHistoryEntry)$)/;

export const drivesTab = (method: string): boolean => DRIVES.test(method);
