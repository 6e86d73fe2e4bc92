import { isIP } from 'node:net'

// What the URL parser would take out or put otherwise without a word (WHATWG URL, 4.4), so that something else than what
// was written would be called.
const cleaned: [RegExp, string][] = [
  [/^\s|\s$/u, 'A URL has no blanks around it'],
  [/[\u0000-\u001f\u007f-\u009f]/u, 'A URL has no tabs, line breaks or other control characters'],
  [/\\/u, 'A URL has / and no \\'],
]

/**
 * A URL of the web as it was written, or what is wrong with it: a sentence for who wrote it that repeats nothing of it. Its
 * host is one that a look-up can find, if anybody has it.
 */
export function readUrl(text: string): { url: URL } | { fault: string } {
  if (!text.isWellFormed()) return { fault: 'A URL has no half characters (lone surrogates)' }
  for (const [wrong, fault] of cleaned) if (wrong.test(text)) return { fault }
  if (!URL.canParse(text)) return { fault: 'This is not a URL' }
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { fault: 'The URL must be http or https' }
  if (!/^\w+:\/\/[^/]/.test(text)) return { fault: 'This is not a URL: after http:// or https:// comes its host' }
  if (url.username !== '' || url.password !== '') return { fault: 'The URL must hold no user name and no password' }
  if (url.port === '0') return { fault: 'The URL must not name port 0' }
  const fault = faultOfHost(url.hostname)
  return fault === undefined ? { url } : { fault }
}

/** RFC 1035, 2.3.4. */
function faultOfHost(hostname: string): string | undefined {
  const host = withoutDot(hostname)
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return undefined
  if (host.length > 253) return 'The host of the URL is longer than 253 characters'
  const labels = host.split('.')
  if (labels.includes('')) return 'The host of the URL has an empty part: two dots in a row, or one at its beginning'
  if (labels.some(label => label.length > 63)) return 'The host of the URL has a part of more than 63 characters'
  return undefined
}

/** The dot that a whole name may end with. */
export function withoutDot(host: string): string {
  return host.replace(/\.$/, '')
}
