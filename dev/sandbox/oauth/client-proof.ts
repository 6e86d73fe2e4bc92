import { type Exchange, basicCredentials } from '../http.ts'
import type { Client, Tools } from '../tools.ts'
import type { Dialect } from './dialect.ts'

/** The client that a request proves to come from; undefined where it proves none in a way that the platform looks at. */
export function provenClient(
  { req }: Exchange,
  form: URLSearchParams,
  dialect: Dialect,
  tools: Tools,
): Client | undefined {
  const names = dialect.clientParams ?? { id: 'client_id', secret: 'client_secret' }
  for (const way of dialect.clientAuth) {
    if (way === 'basic' || way === 'basic-raw') {
      const shown = basicCredentials(req, way === 'basic-raw')
      const client = shown && tools.client(shown.name)
      if (client && client.secret === shown.password) return client
    } else {
      const client = tools.client(form.get(names.id) ?? '')
      if (client && (way === 'none' ? !form.has(names.secret) : client.secret === form.get(names.secret))) return client
    }
  }
  return undefined
}
