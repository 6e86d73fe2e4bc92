/** How the Graph API words an error: https://developers.facebook.com/docs/graph-api/guides/error-handling */
export function graphError(code: number, message: string, subcode?: number): { error: Record<string, unknown> } {
  const more = subcode === undefined ? {} : { error_subcode: subcode }
  return { error: { message, type: 'OAuthException', code, ...more, fbtrace_id: 'ASandboxTrace00000000' } }
}

export function graphRefusal(status: 429 | 500 | 503): { status: number; body: unknown } {
  // A limit is a refusal like others, told by its code alone.
  if (status === 429) return { status: 403, body: graphError(4, '(#4) Application request limit reached') }
  return { status, body: graphError(2, 'An unexpected error has occurred. Please retry your request later.') }
}
