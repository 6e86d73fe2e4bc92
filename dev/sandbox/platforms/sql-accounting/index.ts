import { type Exchange, readBody, sendJson } from '../../http.ts'
import { personControls } from '../../person-controls.ts'
import type { SandboxPlatform } from '../../platform.ts'
import { createTools, type Tools } from '../../tools.ts'
import { answerAboutBooks } from './api.ts'
import { booksOf } from './books.ts'
import { signerOf } from './signature.ts'

const [region, service] = ['ap-southeast-1', 'sqlaccount']
/** Access keys of the users of three companies. */
const secrets: Record<string, string> = {
  SANDBOXSQLACCESSKEY1: 'sandbox/sql+secret:key%1',
  SANDBOXSQLACCESSKEY2: 'sandbox-sql-secret-2',
  SANDBOXSQLACCESSKEY3: 'sandbox-sql-secret-3',
}
const config = { host: 'books.causeway.example:8443', region, service }

/**
 * https://docs.sql.com.my/sqlacc/sql-account-api: keys, the signature, the list of agents, and the books of the company that a key
 * opens.
 */
async function handleSqlAccounting(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path, query } = exchange
  const refuse = (status: number, message: string) => sendJson(res, status, { error: { message } })
  const known = (key: string) => (tools.accountOfKey(key) === undefined ? undefined : secrets[key])
  const body = await readBody(req)
  const signer = signerOf(req, req.url ?? '/', body, known)
  if (typeof signer === 'string') return refuse(401, signer)
  if (signer.region !== region || signer.service !== service)
    return refuse(401, 'Credential should be scoped otherwise')
  if (path !== '/agent') return answerAboutBooks(exchange, tools, tools.accountOfKey(signer.accessKey)!, body)
  if (req.method !== 'GET') return refuse(405, 'Method Not Allowed')
  const [limit, offset] = [Number(query.get('limit') ?? 50), Number(query.get('offset') ?? 0)]
  const all = ['HALIM', 'LF', 'NF'].map((code, index) => ({ autokey: index + 1, code, description: `agent ${code}` }))
  sendJson(res, 200, { data: all.slice(offset, offset + limit), pagination: { limit, offset, count: all.length } })
}

export const sqlAccounting: SandboxPlatform = {
  id: 'sql-accounting',
  hosts: ['{host}'],
  keys: {
    SANDBOXSQLACCESSKEY1: config.host,
    SANDBOXSQLACCESSKEY2: 'second.causeway.example',
    SANDBOXSQLACCESSKEY3: 'third.causeway.example',
  },
  people: {
    key: {
      config,
      credentials: { accessKey: 'SANDBOXSQLACCESSKEY1', secretKey: secrets['SANDBOXSQLACCESSKEY1']! },
      wrongCredentials: { accessKey: 'SANDBOXSQLACCESSKEY1', secretKey: 'another-secret' },
      externalAccountId: config.host,
    },
  },
  answer: handleSqlAccounting,
  controls: personControls('sql-accounting', (storage, account) =>
    booksOf(
      createTools(storage, 'sql-accounting', () => ({})),
      account,
    ),
  ),
  refusal: () => ({ body: { error: { message: 'The server is busy' } } }),
}
