import { createHmac, randomBytes } from 'node:crypto'
import type { Exchange } from '../../../http.ts'
import type { Storage } from '../../../storage.ts'

/** Where the files of bulk operations are: at a storage that is no part of the shop. */
export const fileHost = 'storage.googleapis.com'
const folder = '/shopify-tiers-assets-prod-us-east1/bulk-operation-outputs/'

export const fileTables = 'CREATE TABLE IF NOT EXISTS shopify_files (id TEXT PRIMARY KEY, body BLOB NOT NULL);'

/** Keeps a file; gives its id. */
export function keepFile(storage: Storage, text: string): string {
  const id = randomBytes(16).toString('hex')
  storage.run('INSERT INTO shopify_files VALUES (?, ?)', id, Buffer.from(text))
  return id
}

const signed = (storage: Storage, text: string) => {
  const key = storage.kept('shopify-files', () => randomBytes(32).toString('hex'))
  return createHmac('sha256', key).update(text).digest('base64')
}

/** The address that opens a file to anybody until it ends. @param origin the sandbox's own, with the platform's prefix */
export function fileUrl(storage: Storage, origin: string, id: string, endsAtMs: number): string {
  const path = `${folder}${id}-final`
  const expires = String(Math.ceil(endsAtMs / 1000))
  const url = new URL(`${origin}/${fileHost}${path}`)
  const said = {
    GoogleAccessId: 'assets-us-prod@shopify-tiers.iam.gserviceaccount.com',
    Expires: expires,
    Signature: signed(storage, `${path} ${expires}`),
    'response-content-disposition': `attachment; filename="bulk-${id}.jsonl"`,
    'response-content-type': 'application/jsonl',
  }
  for (const [name, value] of Object.entries(said)) url.searchParams.set(name, value)
  return url.href
}

/** Gives a file or a part of it to whoever has its address. https://cloud.google.com/storage/docs/access-control/signed-urls */
export function sendFile({ req, res, path, query }: Exchange, storage: Storage): void {
  const refuse = (status: number, code: string, headers: Record<string, string> = {}) => {
    res.writeHead(status, { 'content-type': 'application/xml; charset=UTF-8', ...headers })
    res.end(`<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code></Error>`)
  }
  if (req.method !== 'GET') return refuse(405, 'MethodNotAllowed')
  // One way to prove oneself is enough, and a token of the shop is nobody's business here.
  if (req.headers.authorization !== undefined || req.headers['x-shopify-access-token'] !== undefined)
    return refuse(400, 'InvalidArgument')
  const expires = query.get('Expires') ?? ''
  if (query.get('Signature') !== signed(storage, `${path} ${expires}`)) return refuse(403, 'SignatureDoesNotMatch')
  if (Number(expires) * 1000 <= Date.now()) return refuse(400, 'ExpiredToken')
  const id = path.slice(folder.length).replace(/-final$/, '')
  const size = storage.get<{ size: number }>('SELECT length(body) AS size FROM shopify_files WHERE id = ?', id)?.size
  if (size === undefined) return refuse(404, 'NoSuchKey')
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(req.headers.range ?? '') ?? []
  const start = Number(from ?? 0)
  if (start >= size && size > 0) return refuse(416, 'InvalidRange', { 'content-range': `bytes */${size}` })
  const end = Math.min(size - 1, to ? Number(to) : size - 1)
  const row = storage.get<{ part: Uint8Array }>(
    'SELECT substr(body, ?, ?) AS part FROM shopify_files WHERE id = ?',
    ...[start + 1, end - start + 1, id],
  )
  const headers = { 'content-type': 'application/jsonl', 'accept-ranges': 'bytes', 'content-length': end - start + 1 }
  if (from === undefined) res.writeHead(200, headers)
  else res.writeHead(206, { ...headers, 'content-range': `bytes ${start}-${end}/${size}` })
  res.end(row?.part)
}
