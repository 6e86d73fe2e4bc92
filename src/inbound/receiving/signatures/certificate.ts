import { verify, X509Certificate } from 'node:crypto'
import { getCACertificates } from 'node:tls'
import type { WebhookScheme } from '../../../catalogue/schema/webhooks/schemes.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'
import { signaturesIn } from './given.ts'
import { signedParts } from './signed-parts.ts'
import { signedTime } from './signed-time.ts'

type CertificateScheme = Extract<WebhookScheme, { kind: 'certificate' }>

/** A certificate, and those that lead from it to its authority. */
export type Chain = X509Certificate[]

const mostCertificates = 10
const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** The certificates of a PEM file, the platform's own first. @throws Error when there is none, or one cannot be read */
export function certificatesIn(body: Buffer): Chain {
  const blocks = body.toString('latin1').match(block) ?? []
  if (blocks.length === 0 || blocks.length > mostCertificates) throw new Error('no certificates')
  return blocks.map(pem => new X509Certificate(pem))
}

/**
 * Whether a request is signed by the key of a certificate that the platform publishes: at an address of the platform's own,
 * issued for its name by an authority that this process trusts, and valid now.
 * @param chainAt gives the certificates at an address
 * @param now Unix time in milliseconds
 */
export async function isSignedByCertificate(
  scheme: CertificateScheme,
  secrets: string[],
  request: SignedRequest,
  chainAt: (url: string) => Promise<Chain | undefined>,
  now: number,
): Promise<boolean> {
  const [signature] = signaturesIn(request, scheme, 'base64')
  const url = addressIn(scheme, request)
  if (signature === undefined || url === undefined) return false
  const { timestamp: time } = scheme
  const timestamp = time && signedTime(request, scheme.header, time, now)
  if (time && timestamp === undefined) return false
  const signed = secrets.flatMap(secret => {
    const parts = signedParts(scheme.signed, request, { timestamp, secret })
    return parts ? [Buffer.concat(parts)] : []
  })
  if (signed.length === 0) return false
  const chain = await chainAt(url)
  const key = chain && isTrusted(chain, scheme.certificate.names, new Date(now)) ? chain[0]!.publicKey : undefined
  if (key?.asymmetricKeyType !== 'rsa') return false
  return signed.map(bytes => verify('sha256', bytes, key, signature)).includes(true)
}

/** The address of the certificate, where it is one of the platform's. */
function addressIn(
  { certificate: { header, origins } }: CertificateScheme,
  request: SignedRequest,
): string | undefined {
  const written = headerOf(request, header)
  const url = written === undefined || written.length > 500 ? null : URL.parse(written)
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === '' && url.search === ''
  return isPlain && origins.includes(url.origin) ? url.href : undefined
}

/** Whether a chain leads from one of these names to an authority, each certificate valid (RFC 5280, 6.1, as far as it concerns servers). */
export function isTrusted(chain: Chain, names: string[], at: Date): boolean {
  const [own, ...others] = chain
  if (!own || names.every(name => own.checkHost(name) === undefined)) return false
  let current = own
  for (let steps = 0; steps <= others.length; steps++) {
    if (!isValidAt(current, at)) return false
    if (authoritiesOf(current).some(authority => isValidAt(authority, at) && isIssuedBy(current, authority)))
      return true
    const issuer = others.find(other => other !== current && other.ca && isIssuedBy(current, other))
    if (!issuer) return false
    current = issuer
  }
  return false
}

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, at: Date) =>
  validFromDate <= at && at <= validToDate
const isIssuedBy = (one: X509Certificate, issuer: X509Certificate) =>
  one.checkIssued(issuer) && one.verify(issuer.publicKey)

/** The authorities that this process trusts, those of `NODE_EXTRA_CA_CERTS` among them, by their names; read once. */
let authorities: Map<string, X509Certificate[]> | undefined

function authoritiesOf({ issuer }: X509Certificate): X509Certificate[] {
  authorities ??= Map.groupBy(
    getCACertificates('default').map(pem => new X509Certificate(pem)),
    ({ subject }) => subject,
  )
  return authorities.get(issuer) ?? []
}
