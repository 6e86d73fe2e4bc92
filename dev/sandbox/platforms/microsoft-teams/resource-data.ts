import { createCipheriv, createHmac, publicEncrypt, randomBytes } from 'node:crypto'
import { knownJwt, knownPublicKey } from '../../known-key.ts'

// https://learn.microsoft.com/en-us/graph/change-notifications-with-resource-data: what changed, encrypted, and tokens that say who
// tells it. The certificate of the subscription is one of the key that everybody knows.

/** The application of Microsoft's that sends change notifications. */
const changeTracking = '0bf30f3b-4a52-48df-9a82-234910c4a086'

/** A key of its own encrypts the data and signs it; it is encrypted with the subscription's certificate. */
export function encryptedContent(resource: unknown): Record<string, string> {
  const key = randomBytes(32)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16))
  const data = Buffer.concat([cipher.update(JSON.stringify(resource)), cipher.final()])
  return {
    data: data.toString('base64'),
    dataSignature: createHmac('sha256', key).update(data).digest('base64'),
    dataKey: publicEncrypt({ key: knownPublicKey, oaepHash: 'sha1' }, key).toString('base64'),
    encryptionCertificateId: 'causeway',
    encryptionCertificateThumbprint: '2FF67AD68C6C2F9F4C2A2A4B5C6B9B2B6C2F9F4C',
  }
}

/** A token for an app and a tenant, in the first or second form of Microsoft's. It lives for a day. */
export function validationToken(
  { clientId, tenant, version }: { clientId: string; tenant: string; version: '1.0' | '2.0' },
  at: number,
  claims: Record<string, unknown> = {},
): string {
  const iat = Math.floor(at / 1000)
  const form =
    version === '1.0'
      ? { iss: `https://sts.windows.net/${tenant}/`, appid: changeTracking, appidacr: '2' }
      : { iss: `https://login.microsoftonline.com/${tenant}/v2.0`, azp: changeTracking, azpacr: '2' }
  return knownJwt({ aud: clientId, iat, nbf: iat, exp: iat + 86_400, tid: tenant, ver: version, ...form, ...claims })
}
