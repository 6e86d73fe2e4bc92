import { createPrivateKey, randomUUID, X509Certificate, type KeyObject } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { HubError } from '../../errors.ts'
import type { DeliveryParts } from '../parts.ts'
import type { ClientCertificate } from '../../outgoing/pools.ts'
import { auditEndpoint } from './endpoint-audit.ts'
import { endpointCertificateField } from './endpoint-secrets.ts'
import { updateEndpoint, type Endpoint } from './endpoint-store.ts'

/** All PEM. */
export interface CertificateInput {
  /** The certificate, then those that lead to its authority. */
  certificate: string
  /** Not encrypted. */
  privateKey: string
  /** The authorities that the receiver's own certificate may come from, instead of the public ones. */
  caCertificate?: string | undefined
}

const longestChain = 10
const clockSkewMs = 300_000

/**
 * Sets the certificate that the hub shows to an endpoint that asks for one. New connections use it.
 * @throws HubError `ENDPOINT_NOT_FOUND`, `INVALID_CERTIFICATE`, `CONFLICT` when its URL is not https
 */
export async function putClientCertificate(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  endpointId: string,
  input: CertificateInput,
): Promise<Endpoint> {
  const certificateExpiresAt = checkCertificate(input)
  const { certificate, privateKey, caCertificate } = input
  const sealed = { id: randomUUID(), certificate, privateKey, ...(caCertificate !== undefined && { caCertificate }) }
  return hub.db.transaction().execute(async tx => {
    const endpoint = await updateEndpoint(tx, workspaceId, endpointId, { certificateExpiresAt })
    checkEncrypted(endpoint)
    const place = { workspaceId, ownerId: endpointId, field: endpointCertificateField }
    await hub.credentials.put(tx, place, sealed satisfies ClientCertificate)
    await auditEndpoint(tx, actor, 'certificate_set', endpoint, { expiresAt: certificateExpiresAt })
    return endpoint
  })
}

/** Removes an endpoint's certificate. Removing none is no error. @throws HubError `ENDPOINT_NOT_FOUND` */
export async function removeClientCertificate(
  hub: DeliveryParts,
  actor: string,
  workspaceId: string,
  endpointId: string,
): Promise<void> {
  await hub.db.transaction().execute(async tx => {
    const endpoint = await updateEndpoint(tx, workspaceId, endpointId, { certificateExpiresAt: null })
    await hub.credentials.destroy(tx, workspaceId, endpointId, endpointCertificateField)
    await auditEndpoint(tx, actor, 'certificate_removed', endpoint)
  })
}

/** A certificate is shown over TLS only. @throws HubError `CONFLICT` */
export function checkEncrypted(endpoint: Pick<Endpoint, 'url' | 'certificateExpiresAt'>): void {
  if (endpoint.certificateExpiresAt === null || endpoint.url.startsWith('https:')) return
  throw new HubError('CONFLICT', { message: 'An endpoint with a client certificate must have an https URL.' })
}

/**
 * Checks that TLS can use the certificate. Gives when the first certificate of its chain expires.
 * @throws HubError `INVALID_CERTIFICATE`
 */
export function checkCertificate({ certificate, privateKey, caCertificate }: CertificateInput): Date {
  const chain = parseChain('certificate', certificate)
  const key = parseKey(privateKey)
  if (!chain[0]!.checkPrivateKey(key)) refuse('privateKey', 'The private key does not belong to the certificate')
  const authorities = caCertificate === undefined ? [] : parseChain('caCertificate', caCertificate)
  checkDates('certificate', chain)
  checkDates('caCertificate', authorities)
  try {
    // What OpenSSL will not work with, such as keys that are too short, shows here.
    createSecureContext({
      cert: certificate,
      key: privateKey,
      ...(caCertificate !== undefined && { ca: caCertificate }),
    })
  } catch {
    refuse('certificate', 'TLS cannot work with this certificate and key')
  }
  return new Date(Math.min(...chain.map(one => one.validToDate.getTime())))
}

function parseChain(field: string, pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0 || blocks.length > longestChain) {
    refuse(field, `It holds 1 to ${longestChain} certificates in PEM`)
  }
  try {
    return blocks.map(block => new X509Certificate(block))
  } catch {
    return refuse(field, 'It holds something that is no X.509 certificate')
  }
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem)
  } catch (error) {
    const encrypted = (error as { code?: unknown }).code === 'ERR_MISSING_PASSPHRASE'
    return refuse('privateKey', encrypted ? 'The private key is encrypted' : 'It is no private key in PEM')
  }
}

function checkDates(field: string, certificates: X509Certificate[]): void {
  const now = Date.now()
  if (certificates.some(one => one.validToDate.getTime() <= now)) refuse(field, 'It has expired')
  if (certificates.some(one => one.validFromDate.getTime() > now + clockSkewMs)) refuse(field, 'It is not valid yet')
}

function refuse(field: string, message: string): never {
  throw new HubError('INVALID_CERTIFICATE', { details: [{ path: `body.${field}`, message }] })
}
