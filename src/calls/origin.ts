/** The origin of a URL as it is written: `https://{shop}.example.com` is one too. */
export function originOf(url: string): string {
  return /^https?:\/\/[^/?#]+/.exec(url)?.[0] ?? ''
}
