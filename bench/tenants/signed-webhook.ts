import { createHmac } from 'node:crypto'

/** One signed change of QuickBooks, with a word in it. */
export function webhookOf(sender: { realmId: string; secret: string }, word: string) {
  const change = { specversion: '1.0', id: word, type: 'qbo.customer.updated.v1', intuitentityid: '1' }
  const body = JSON.stringify([
    { ...change, intuitaccountid: sender.realmId, time: new Date().toISOString(), data: {} },
  ])
  const signature = createHmac('sha256', sender.secret).update(body).digest('base64')
  return { body, headers: { 'content-type': 'application/json', 'intuit-signature': signature } }
}
