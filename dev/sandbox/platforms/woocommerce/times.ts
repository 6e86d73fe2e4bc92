/** The zone of the site, as WordPress's settings have it. */
const siteOffsetMs = 8 * 3_600_000

/** A time as the site's clocks show it, without a zone. */
export const siteTime = (at: Date): string => new Date(at.getTime() + siteOffsetMs).toISOString().slice(0, 19)

/**
 * What a bound of a date query is compared with: times without a zone are taken as they are, and one with a zone is put into the
 * site's first, whatever column it is compared with. https://developer.wordpress.org/reference/classes/wp_date_query
 */
export function boundOf(text: string): string | undefined {
  if (/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?$/.test(text))
    return text.length === 10 ? `${text}T00:00:00` : text.slice(0, 19)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  return siteTime(new Date(text))
}
