/** The origin of a URL as it is written: `https://{shop}.example.com` is one too. */
export function originOf(url: string): string {
  return /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? ''
}

/**
 * A provider's URL as one app reaches it: its origin replaced where the app says so (`{ "https://api.github.com":
 * "https://github.example.com/api/v3" }`). The replacement may carry a path, which goes before the URL's own. A sandbox, a
 * self-hosted instance and a test are reached this way, through the code that reaches the platform itself.
 */
export function rebase(url: string, baseUrls: Record<string, string>): string {
  const { origin } = new URL(url)
  const base = baseUrls[origin]
  return base === undefined ? url : base.replace(/\/$/, '') + url.slice(origin.length)
}
