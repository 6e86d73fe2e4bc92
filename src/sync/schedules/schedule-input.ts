import { Cron } from 'croner'

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const shortestMs = 10_000
const longestMs = 31 * 86_400_000
const longestJitterMs = 3_600_000
const longestCatchUpMs = 86_400_000

/** An interval such as `15m` in milliseconds; undefined when it is none, or shorter than 10 s or longer than 31 d. */
export function parseEvery(text: string): number | undefined {
  const ms = parseSpan(text)
  return ms !== undefined && ms >= shortestMs && ms <= longestMs ? ms : undefined
}

/** How far a schedule's runs are spread: up to an hour. */
export function parseJitter(text: string): number | undefined {
  const ms = parseSpan(text)
  return ms !== undefined && ms <= longestJitterMs ? ms : undefined
}

/** How late a run is still made up for: from 10 s, which is the least that Temporal takes, to a day. */
export function parseCatchUp(text: string): number | undefined {
  const ms = parseSpan(text)
  return ms !== undefined && ms >= shortestMs && ms <= longestCatchUpMs ? ms : undefined
}

function parseSpan(text: string): number | undefined {
  const match = /^(0|[1-9]\d{0,5})([smhd])$/.exec(text)
  return match ? Number(match[1]) * unitMs[match[2] as keyof typeof unitMs] : undefined
}

/**
 * Whether Temporal takes a text as a cron expression: five fields of numbers, names, `*`, `,`, `-` and `/`. What other crons
 * know besides (`L`, `W`, `#`, `?`, seconds) it does not.
 */
export function isCron(text: string): boolean {
  if (!/^[\dA-Z*,/ -]{9,100}$/i.test(text) || text.trim().split(/\s+/).length !== 5) return false
  if (/\d*[LW](\s|,|$)/i.test(text.replaceAll(/\b(JUL|APR|WED)\b/gi, ''))) return false
  try {
    // To Temporal a day of the month and a day of the week have to hold both.
    return new Cron(text, { paused: true, legacyMode: false }).nextRun() !== null
  } catch {
    return false
  }
}

/** Whether a text names a time zone of the IANA database. */
export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text })
    return /^[A-Za-z][\w+/-]*$/.test(text)
  } catch {
    return false
  }
}
