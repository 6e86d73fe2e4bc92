import { type Exchange, readBody, sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'
import { signerOf } from './signature.ts'

const [region, service] = ['ap-southeast-1', 'sqlaccount']
const secrets: Record<string, string> = { SANDBOXSQLACCESSKEY1: 'sandbox/sql+secret:key%1' }
const config = { host: 'books.causeway.example:8443', region, service }

/** https://docs.sql.com.my/sqlacc/sql-account-api/setup-configuration: keys, the signature, and the list of agents. */
async function handleSqlAccounting({ req, res, path, query }: Exchange, tools: Tools): Promise<void> {
  const refuse = (status: number, message: string) => sendJson(res, status, { error: { message } })
  const known = (key: string) => (tools.accountOfKey(key) === undefined ? undefined : secrets[key])
  const signer = signerOf(req, req.url ?? '/', await readBody(req), known)
  if (typeof signer === 'string') return refuse(401, signer)
  if (signer.region !== region || signer.service !== service)
    return refuse(401, 'Credential should be scoped otherwise')
  if (req.method !== 'GET') return refuse(405, 'Method Not Allowed')
  const kind = /^\/(agent|customer)$/.exec(path)?.[1]
  if (!kind) return refuse(404, 'Not Found')
  const [limit, offset] = [Number(query.get('limit') ?? 50), Number(query.get('offset') ?? 0)]
  const all = ['HALIM', 'LF', 'NF'].map((code, index) => ({ autokey: index + 1, code, description: `${kind} ${code}` }))
  sendJson(res, 200, { data: all.slice(offset, offset + limit), pagination: { limit, offset, count: all.length } })
}

export const sqlAccounting: SandboxPlatform = {
  id: 'sql-accounting',
  hosts: ['{host}'],
  keys: { SANDBOXSQLACCESSKEY1: config.host },
  people: {
    key: {
      config,
      credentials: { accessKey: 'SANDBOXSQLACCESSKEY1', secretKey: secrets['SANDBOXSQLACCESSKEY1']! },
      wrongCredentials: { accessKey: 'SANDBOXSQLACCESSKEY1', secretKey: 'another-secret' },
      externalAccountId: config.host,
    },
  },
  answer: handleSqlAccounting,
  refusal: () => ({ body: { error: { message: 'The server is busy' } } }),
}
