/** What a call showed that does not fit the API's description. */
export interface Finding {
  /** The check of schemathesis that it failed. */
  check: string
  operation: string
  status?: number
  code?: string | null
  /** The sentences in which the call was refused. */
  words?: string[]
  detail?: string
  [more: string]: unknown
}

/** A call that fits the description was refused: by a rule that a JSON Schema has no words for. */
const unsaid: { code: string; words?: RegExp; reason: string }[] = [
  { code: 'INVALID_CURSOR', reason: 'a cursor is signed: no made-up text is one' },
  { code: 'INVALID_URL', reason: 'where a URL may lead' },
  {
    code: 'INVALID_REQUEST',
    words: /This is not a URL|The URL is not valid|The URL must|The host of the URL|A URL has/,
    reason: 'where a URL may lead',
  },
  { code: 'INVALID_CERTIFICATE', reason: 'what a certificate holds' },
  { code: 'INVALID_PROVIDER', reason: 'which providers there are' },
  { code: 'INVALID_MODEL', reason: 'which models a provider has' },
  { code: 'EVENT_SCHEMA_MISMATCH', reason: 'the schemas that a workspace registers' },
  { code: 'PROVIDER_APP_MISSING', reason: 'what a provider app holds' },
  {
    code: 'INVALID_REQUEST',
    words: /U\+0000|NUL|half (a )?character|lose digits|surrogate|nested too deeply|of this name is not taken/i,
    reason: 'texts and numbers that could not be kept as they are',
  },
  {
    code: 'INVALID_REQUEST',
    words:
      /before to|less than 90 days|days ahead|in the future|must end|must be given|needs an? |takes no type|Takes either/,
    reason: 'how members of a body depend on each other, or on the time',
  },
  {
    code: 'INVALID_REQUEST',
    words:
      /cron expression|interval from|time zone|origin|base URL|replace|is one of|visible ASCII|words joined by dots|An event type/i,
    reason: 'forms that the pattern only comes near to',
  },
  {
    code: 'INVALID_REQUEST',
    words: /At most \d+|at most [\d,]+|too (many|large|long)|bytes|KiB|more than \d+ points/i,
    reason: 'sizes of what is not a text or a list',
  },
  {
    code: 'INVALID_REQUEST',
    words:
      /filter|condition|operator|\$\w+|schema|subschema|reference|pattern|header|secret is|signing key|reserved|hub's own|Names under/i,
    reason: 'small languages inside a member: filters, schemas, header names, keys',
  },
]

/** Why a finding counts as none; undefined when it counts. */
export function reasonFor({ check, code, words = [], detail = '' }: Finding): string | undefined {
  if (check === 'AcceptedNegativeData' && detail.includes('was Authorization'))
    return 'the run sends its key in any case'
  if (check !== 'RejectedPositiveData') return undefined
  const reasons = (words.length > 0 ? words : ['']).map(
    sentence => unsaid.find(one => one.code === code && (one.words?.test(sentence) ?? true))?.reason,
  )
  return reasons.every(reason => reason !== undefined) ? reasons[0] : undefined
}
