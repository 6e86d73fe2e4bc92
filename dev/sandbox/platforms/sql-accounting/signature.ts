import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const hash = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, letter => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)

/** An access key's id, and where it is to sign. */
export interface Signed {
  accessKey: string
  region: string
  service: string
}

const form =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/**
 * Who has signed a request, by the steps of
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html; a text says why nobody has.
 */
export function signerOf(
  req: IncomingMessage,
  target: string,
  body: Buffer,
  secretOf: (accessKey: string) => string | undefined,
): Signed | string {
  const found = form.exec(req.headers.authorization ?? '')
  if (!found) return 'Missing Authentication Token'
  const [, accessKey = '', day = '', region = '', service = '', list = '', signature] = found
  const time = String(req.headers['x-amz-date'] ?? '')
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time)
  if (!at || !time.startsWith(day)) return 'Date in Credential scope does not match'
  const [, y, mo, d, h, mi, s] = at.map(Number) as [number, number, number, number, number, number, number]
  if (Math.abs(Date.UTC(y, mo - 1, d, h, mi, s) - Date.now()) > 15 * 60_000) return 'Signature expired'
  const names = list.split(';')
  if (!names.includes('host')) return 'The host is not signed'
  const secret = secretOf(accessKey)
  if (secret === undefined) return 'The access key is not known'
  const url = new URL(target, 'http://sandbox')
  const path = url.pathname.split('/').map(encoded).join('/')
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&')
  const headers = names
    .map(
      name =>
        `${name}:${String(req.headers[name] ?? '')
          .trim()
          .replace(/ +/g, ' ')}\n`,
    )
    .join('')
  const payload = String(req.headers['x-amz-content-sha256'] ?? hash(body))
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== hash(body)) return 'The body is not what was signed'
  const request = [req.method, path, query, headers, list, payload].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const key = [region, service, 'aws4_request'].reduce<string | Buffer>(hmac, hmac(`AWS4${secret}`, day))
  const right = hmac(key, ['AWS4-HMAC-SHA256', time, scope, hash(request)].join('\n')).toString('hex')
  return right === signature ? { accessKey, region, service } : 'The signature does not match'
}
