/** The longest wait that is believed. A receiver's typing error must not become an endless outage. */
const longestMs = 24 * 3_600_000
/** A longer header, or list of headers, states no wait that anybody meant. */
const longestText = 256
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const month = `(?<month>${months.join('|')})`
const clock = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)'

/** The three forms of an HTTP date (RFC 9110, 5.6.7): the one in use, that of RFC 850, that of asctime. */
const dates = [
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\\d\\d) ${month} (?<year>\\d{4}) ${clock} GMT$`),
  new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\\d\\d)-${month}-(?<year>\\d\\d) ${clock} GMT$`),
  new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \\d]\\d) ${clock} (?<year>\\d{4})$`),
]

/**
 * What a Retry-After header asks for (RFC 9110, 10.2.3: seconds, or a date), as a wait of a day at most in milliseconds;
 * undefined when it is neither. Seconds with a fraction are understood too: some write `2.0`. Where it is there more than
 * once, as a list or joined by commas, whoever added the longest wait knows of a reason for it.
 */
export function parseRetryAfter(
  header: string | readonly string[] | null | undefined,
  nowMs: number,
): number | undefined {
  const text = typeof header === 'string' ? header : header?.join()
  if (text === undefined || text.length > longestText) return undefined
  const parts = text.split(',').map(part => part.trim())
  // A date of the form in use has a comma of its own.
  const candidates = parts.flatMap((part, at) => [part, `${part}, ${parts[at + 1] ?? ''}`])
  const waits = candidates.map(one => parseOne(one, nowMs)).filter(wait => wait !== undefined)
  return waits.length === 0 ? undefined : Math.min(Math.max(...waits), longestMs)
}

function parseOne(text: string, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000)
  const at = parseHttpDate(text, nowMs)
  return at === undefined ? undefined : Math.max(0, at - nowMs)
}

function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of dates) {
    const parts = form.exec(text)?.groups
    if (!parts) continue
    const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number) as [
      number,
      number,
      number,
      number,
    ]
    const year = parts.year!.length === 2 ? wholeYear(Number(parts.year), nowMs) : Number(parts.year)
    // 60 is a leap second.
    if (hour > 23 || minute > 59 || second > 60) return undefined
    const date = new Date(Date.UTC(year, months.indexOf(parts.month!), day, hour, minute, second))
    const dayExists = new Date(Date.UTC(year, months.indexOf(parts.month!), day)).getUTCDate() === day
    return dayExists ? date.getTime() : undefined
  }
  return undefined
}

/** A year of two digits that seems more than 50 years ahead is one of the last century's. */
function wholeYear(twoDigits: number, nowMs: number): number {
  const now = new Date(nowMs).getUTCFullYear()
  const year = now - (now % 100) + twoDigits
  return year > now + 50 ? year - 100 : year
}
