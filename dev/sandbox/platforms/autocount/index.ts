import { type Exchange, sendJson } from '../../http.ts'
import type { SandboxPlatform } from '../../platform.ts'
import type { Tools } from '../../tools.ts'

const keyIds: Record<string, string> = { 'sandbox-autocount-key': 'a1b2c3d4' }
const listings = ['creditor', 'debtor', 'product']

/** https://accounting-api.autocountcloud.com/documentation/: two headers, an account book in the path, numbered pages. */
function handleAutocount({ req, res, path, query }: Exchange, tools: Tools): void {
  const refuse = (statusCode: number, message: string) => sendJson(res, statusCode, { statusCode, message })
  const [, book, kind, action] = path.split('/')
  const key = String(req.headers['api-key'] ?? '')
  const account = tools.accountOfKey(key)
  if (account === undefined || account !== book || req.headers['key-id'] !== keyIds[key])
    return refuse(401, '401 Unauthorized.')
  if (req.method !== 'GET' || action !== 'listing' || !listings.includes(kind ?? ''))
    return refuse(404, '404 Not Found.')
  const page = Number(query.get('page'))
  if (!Number.isInteger(page) || page < 1) return refuse(400, 'The page field is required.')
  const data = [
    { AccNo: '400-0001', CompanyName: 'Apparel Supplier', CurrencyCode: 'MYR' },
    { AccNo: '400-0002', CompanyName: 'Furniture Supplier', CurrencyCode: 'MYR' },
  ]
  sendJson(res, 200, { data: page === 1 ? data : [], totalCount: data.length })
}

export const autocount: SandboxPlatform = {
  id: 'autocount',
  hosts: ['accounting-api.autocountcloud.com'],
  keys: { 'sandbox-autocount-key': '1' },
  people: {
    key: {
      config: { bookId: '1' },
      credentials: { apiKey: 'sandbox-autocount-key', keyId: 'a1b2c3d4' },
      wrongCredentials: { apiKey: 'sandbox-autocount-key', keyId: 'ffffffff' },
      externalAccountId: '1',
    },
  },
  answer: handleAutocount,
  refusal: status => ({ body: { statusCode: status, message: `${status} refused.` } }),
}
