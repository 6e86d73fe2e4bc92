import { type Exchange, sendJson } from '../../http.ts'
import { personControls } from '../../person-controls.ts'
import type { SandboxPlatform } from '../../platform.ts'
import { createTools, type Tools } from '../../tools.ts'
import { answerAboutBook } from './api.ts'
import { bookOf } from './book.ts'

const keyIds: Record<string, string> = {
  'sandbox-autocount-key': 'a1b2c3d4',
  'sandbox-autocount-key-2': 'a1b2c3d5',
  'sandbox-autocount-key-3': 'a1b2c3d6',
}
const origin = 'https://accounting-api.autocountcloud.com'

/** https://accounting-api.autocountcloud.com/documentation/: two headers, an account book in the path. */
async function handleAutocount(exchange: Exchange, tools: Tools): Promise<void> {
  const { req, res, path } = exchange
  const [, book = '', kind = '', action] = path.split('/')
  const key = String(req.headers['api-key'] ?? '')
  const account = tools.accountOfKey(key)
  if (account === undefined || account !== book || req.headers['key-id'] !== keyIds[key])
    return sendJson(res, 401, { statusCode: 401, message: '401 Unauthorized.' })
  await answerAboutBook(exchange, bookOf(tools, account), { kind, action, address: `${origin}/${book}` })
}

export const autocount: SandboxPlatform = {
  id: 'autocount',
  hosts: ['accounting-api.autocountcloud.com'],
  keys: { 'sandbox-autocount-key': '1', 'sandbox-autocount-key-2': '2', 'sandbox-autocount-key-3': '3' },
  people: {
    key: {
      config: { bookId: '1' },
      credentials: { apiKey: 'sandbox-autocount-key', keyId: 'a1b2c3d4' },
      wrongCredentials: { apiKey: 'sandbox-autocount-key', keyId: 'ffffffff' },
      externalAccountId: '1',
    },
  },
  answer: handleAutocount,
  controls: personControls('autocount', (storage, account) => {
    const book = bookOf(
      createTools(storage, 'autocount', () => ({})),
      account,
    )
    // A person voids an invoice, and makes others inactive.
    return { ...book, remove: (kind, id) => (kind === 'invoice' ? book.void(id) !== undefined : book.remove(kind, id)) }
  }),
  refusal: status => ({ body: { statusCode: status, message: `${status} refused.` } }),
}
