/** What a call showed that does not fit the API's description. */
export interface Finding {
  /** The check of schemathesis that it failed. */
  check: string
  operation: string
  status?: number
  code?: string | null
  /** The words in which the call was refused. */
  words?: string
  detail?: string
  [more: string]: unknown
}

interface Pedantry {
  check: string
  code?: string
  /** The words of the refusal. */
  words?: RegExp
  reason: string
}

/** Findings that are as they should be, each kind with the reason. Anything else ends a run with an error. */
const pedantry: Pedantry[] = [
  {
    check: 'RejectedPositiveData',
    code: 'INVALID_CURSOR',
    reason: 'a cursor is signed: no made-up text is one',
  },
  {
    check: 'RejectedPositiveData',
    code: 'INVALID_URL',
    reason: 'where a URL may lead cannot be said in a schema',
  },
  {
    check: 'RejectedPositiveData',
    code: 'INVALID_CERTIFICATE',
    reason: 'what a certificate holds cannot be said in a schema',
  },
]

/** Why a finding counts as none; undefined when it counts. */
export function reasonFor({ check, code, words = '' }: Finding): string | undefined {
  return pedantry.find(
    one => one.check === check && (one.code === undefined || one.code === code) && (one.words?.test(words) ?? true),
  )?.reason
}
