import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

// A platform with two accounts, /one and /two, a process of its own that is never killed. It knows versions, tells what has changed,
// deletions too, recognises a repeated write by its key, and takes batches. Now and then it carries a write out and does not answer.
//   node bench/chaos-sync/ledger-server.ts

interface Row {
  id: string
  rev: number
  at: string
  deleted: boolean
  name: string
  amount: string | null
  notes: string | null
}
type Said = Partial<Pick<Row, 'name' | 'amount' | 'notes'>>

class Ledger {
  readonly rows = new Map<string, Row>()
  /** In the order of their last changes, as the feed tells them. */
  readonly answered = new Map<string, unknown>()
  #made = 0
  #lastMs = 0

  put(said: Said, id = `l${String(++this.#made).padStart(7, '0')}`): Row {
    const before = this.rows.get(id)
    // Two changes never have one time: whoever asks since a time has them all.
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1)
    const row = {
      amount: null,
      notes: null,
      name: '',
      ...before,
      ...said,
      id,
      rev: (before?.rev ?? 0) + 1,
      deleted: false,
    }
    this.rows.set(id, { ...row, at: new Date(this.#lastMs).toISOString() })
    return this.rows.get(id)!
  }

  remove(id: string): void {
    const row = this.put({}, id)
    this.rows.set(id, { ...row, deleted: true })
  }

  page(query: URLSearchParams): Row[] {
    const [since, after, limit] = [query.get('since'), query.get('after') ?? '', Number(query.get('limit'))]
    const page: Row[] = []
    // Ids are given in their order.
    for (const row of this.rows.values()) {
      if (row.id <= after || (since === null ? row.deleted : row.at < since)) continue
      if (page.push(row) === limit) break
    }
    return page
  }
}

const ledgers: Record<string, Ledger> = { one: new Ledger(), two: new Ledger() }
/** Of so many writes one is carried out and not answered. */
const lostOneIn = 40

function answerTo(ledger: Ledger, method: string, id: string | undefined, query: URLSearchParams, body: unknown) {
  if (method === 'GET' && id === undefined) return { status: 200, body: { rows: ledger.page(query) } }
  if (id === 'batch') {
    const { rows } = body as { rows: { key: string; id?: string; row: Said & { rev?: string } }[] }
    const answers = rows.map(({ key, id: own, row: { rev, ...said } }) => {
      const before = own === undefined ? undefined : ledger.rows.get(own)
      if (own !== undefined && (!before || before.deleted)) return { key, error: { code: 'GONE' } }
      if (before && String(before.rev) !== rev) return { key, error: { code: 'STALE' } }
      return { key, row: ledger.put(said, own) }
    })
    return { status: 200, body: { rows: answers } }
  }
  const { rev, ...said } = (body ?? {}) as Said & { rev?: string }
  if (id === undefined) return { status: 201, body: ledger.put(said) }
  const row = ledger.rows.get(id)
  if (!row || row.deleted) return { status: 404, body: { code: 'GONE' } }
  if (method === 'GET') return { status: 200, body: row }
  if (method === 'DELETE') return (ledger.remove(id), { status: 204, body: undefined })
  if (rev !== String(row.rev)) return { status: 409, body: { code: 'STALE' } }
  return { status: 200, body: ledger.put(said, id) }
}

function answer(request: IncomingMessage, response: ServerResponse, text: string): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://ledger')
  const [, account = '', , id] = pathname.split('/')
  const send = (status: number, body: unknown) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(body === undefined ? '' : JSON.stringify(body))
  if (pathname.endsWith('/me')) return void send(200, { id: account, name: account })
  const ledger = ledgers[account]
  if (!ledger) return void send(404, {})
  const key = request.headers['idempotency-key'] as string | undefined
  const before = key === undefined ? undefined : ledger.answered.get(key)
  const told = (before ?? answerTo(ledger, request.method ?? '', id, searchParams, text && JSON.parse(text))) as {
    status: number
    body: unknown
  }
  if (key !== undefined) ledger.answered.set(key, told)
  if (request.method !== 'GET' && !before && Math.random() * lostOneIn < 1) return void response.destroy()
  send(told.status, told.body)
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => answer(request, response, Buffer.concat(chunks).toString()))
})

type Asked =
  | { fill: number }
  | { edits: { account: string; name: string; said: Said | 'delete' }[] }
  | { make: { account: string; name: string }[] }
  | 'report'

process.on('message', (asked: Asked) => {
  if (asked === 'report') {
    const living = (ledger: Ledger) =>
      [...ledger.rows.values()]
        .filter(({ deleted }) => !deleted)
        .map(({ name, amount, notes }) => [name, amount, notes])
    process.send?.({ one: living(ledgers.one!), two: living(ledgers.two!) })
  } else if ('fill' in asked) {
    for (let n = 0; n < asked.fill; n++) ledgers.one!.put({ name: `Row ${n}`, amount: `${n}.00`, notes: null })
    process.send?.('filled')
  } else if ('make' in asked)
    for (const { account, name } of asked.make) ledgers[account]!.put({ name, amount: '1.00' })
  else {
    for (const { account, name, said } of asked.edits) {
      const row = [...ledgers[account]!.rows.values()].find(one => one.name === name && !one.deleted)
      if (!row) continue
      if (said === 'delete') ledgers[account]!.remove(row.id)
      else ledgers[account]!.put(said, row.id)
    }
  }
})
server.listen(0, () => process.send?.((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())
