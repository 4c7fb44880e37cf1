/** The language without script and region: `de` of `de-CH`. Takes whatever a browser calls its locale. */
export function baseLanguage(locale: string): string {
  return locale.split("-", 1)[0] ?? locale;
}

/** `navigator.languages`: Chrome adds the base language to a list that has only a regional one. */
export function languagesOf(locale: string): readonly string[] {
  const base = baseLanguage(locale);
  return base === locale ? [locale] : [locale, base];
}
