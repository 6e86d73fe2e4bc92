import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'

/** A request as it will be sent. */
export interface SignedRequest {
  method: string
  url: string
  headers: Record<string, string>
  body?: string | Buffer | undefined
  /** The body is not known beforehand: it is left out of what is signed. */
  streamed?: boolean
}

/** With what a request is signed. */
export interface SigningKey {
  accessKey: string
  secretKey: string
  region: string
  service: string
}

/**
 * The headers that sign a request with AWS Signature Version 4
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). Signed are method, address and body, and of the
 * headers the host and the type of the body: a proxy on the way may change others.
 */
export async function signature(request: SignedRequest, key: SigningKey): Promise<Record<string, string>> {
  const url = new URL(request.url)
  const signer = new SignatureV4({
    credentials: { accessKeyId: key.accessKey, secretAccessKey: key.secretKey },
    region: key.region,
    service: key.service,
    sha256: Sha256,
  })
  const type = request.headers['content-type']
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: queryOf(url),
    headers: {
      host: url.host,
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(request.streamed ? { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } : {}),
    },
    ...(request.body === undefined ? {} : { body: request.body }),
  })
  const { host: _host, 'content-type': _type, ...added } = signed.headers
  return added
}

function queryOf(url: URL): Record<string, string | string[]> {
  const names = [...new Set(url.searchParams.keys())]
  return Object.fromEntries(names.map(name => [name, url.searchParams.getAll(name)]))
}
