// The platform of ../chaos-sync/ledger.ts with rows that are made when they are asked for, so that a million of them take no
// memory. An account's key says how many rows it has and how long a batch of writes takes it: `COUNT-MS-NAME`.

interface Row {
  id: string
  rev: number
  at: string
  name: string
  amount: string
  notes: string | null
}
interface Write {
  key: string
  id: string
  row: Partial<Row>
}

const firstAt = 1.7e12
/** What was written, by account: the rows that are not as they were made. */
const written = new Map<string, Map<string, Row>>()

const idOf = (n: number) => `l${String(n).padStart(7, '0')}`

function madeRow(n: number): Row {
  const at = new Date(firstAt + n).toISOString()
  return { id: idOf(n), rev: 1, at, name: `Row ${n}`, amount: `${n}.00`, notes: null }
}

/** What the platform answers, and after how long. @param account the key that was shown */
export function ledgerAnswer(
  account: string,
  method: string,
  url: URL,
  text: string,
): { status: number; body: unknown; afterMs: number } {
  const [count, batchMs] = account.split('-').map(Number) as [number, number]
  const changed = written.get(account) ?? new Map<string, Row>()
  written.set(account, changed)
  const rowOf = (id: string) => changed.get(id) ?? madeRow(Number(id.slice(1)))
  if (url.pathname === '/ledger/me') return { status: 200, body: { id: account, name: account }, afterMs: 0 }
  if (url.pathname === '/ledger/rows' && method === 'GET') {
    const [since, after] = [url.searchParams.get('since'), url.searchParams.get('after')]
    const limit = Number(url.searchParams.get('limit'))
    const from = after ? Number(after.slice(1)) + 1 : 0
    const rows = Array.from({ length: Math.max(0, Math.min(limit, count - from)) }, (_, n) => rowOf(idOf(from + n)))
    if (since === null) return { status: 200, body: { rows }, afterMs: 0 }
    const later = [...changed.values()].filter(row => row.at >= since && row.id > (after ?? ''))
    later.sort((a, b) => (a.id < b.id ? -1 : 1))
    return { status: 200, body: { rows: later.slice(0, limit) }, afterMs: 0 }
  }
  if (url.pathname === '/ledger/rows/batch' && method === 'PUT') {
    const { rows } = JSON.parse(text) as { rows: Write[] }
    const answers = rows.map(({ key, id, row }) => {
      const before = rowOf(id)
      if (String(row.rev) !== String(before.rev)) return { key, error: { code: 'STALE' } }
      const after = { ...before, ...row, id, rev: before.rev + 1, at: new Date().toISOString() }
      changed.set(id, after)
      return { key, row: after }
    })
    return { status: 200, body: { rows: answers }, afterMs: batchMs }
  }
  return { status: 404, body: { code: 'GONE' }, afterMs: 0 }
}
