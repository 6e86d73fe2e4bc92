import { setTimeout as sleep } from 'node:timers/promises'

export interface Shown {
  id: string
  status: string
  data: Shown[]
  [member: string]: unknown
}

/** Calls the API with a key. Gives the answer's body. Throws unless the answer is a success. */
export type Caller = <Body = Shown>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Body>

export function callerOf(apiUrl: string, key: string): Caller {
  return async <Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(apiUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as Body
  }
}

/** Waits until something is there, two minutes at most. */
export async function once<T>(what: string, look: () => Promise<T | false | undefined>): Promise<T> {
  for (const end = Date.now() + 120_000; ; await sleep(200)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > end) throw new Error(`not within two minutes: ${what}`)
  }
}
