import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { isIP } from 'node:net'

/** A certificate and its private key, both PEM. */
export interface Issued {
  certificate: string
  privateKey: string
}

export interface Authority extends Issued {
  /** Issues a certificate; for another time than now if one is given. */
  issue(name: string, valid?: { from: Date; until: Date }): Issued
}

// Node reads X.509 but does not write it; what TLS needs of it (RFC 5280) is little DER.
const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
const nameOf = (name: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(name)))))
const time = (at: Date) => der(0x18, Buffer.from(at.toISOString().replace(/[-:T]|\.\d+/g, '')))
const extension = (id: string, value: Buffer) => sequence(oid(id), der(0x04, value))
const pem = (content: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${content.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`

const day = 86_400_000
let serial = 1

function write(
  subject: string,
  publicKey: KeyObject,
  issuer: string,
  issuerKey: KeyObject,
  isAuthority: boolean,
  valid = {
    from: new Date(Date.now() - day),
    until: new Date(Date.now() + day),
  },
): string {
  const address =
    isIP(subject) === 4 ? der(0x87, Buffer.from(subject.split('.').map(Number))) : der(0x82, Buffer.from(subject))
  const extensions = isAuthority
    ? extension('551d13', sequence(der(0x01, Buffer.from([0xff]))))
    : extension('551d11', sequence(address))
  const content = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1, serial++ % 256])),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(time(valid.from), time(valid.until)),
    nameOf(subject),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(extensions)),
  )
  const signature = sign('sha256', content, issuerKey)
  return pem(sequence(content, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature)))
}

const newKeys = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const pemOf = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString()

/** A certificate authority of a test's own. Names of certificates are host names or IPv4 addresses. */
export function createAuthority(name: string): Authority {
  const own = newKeys()
  return {
    certificate: write(name, own.publicKey, name, own.privateKey, true),
    privateKey: pemOf(own.privateKey),
    issue(subject, valid) {
      const keys = newKeys()
      const certificate = write(subject, keys.publicKey, name, own.privateKey, false, valid)
      return { certificate, privateKey: pemOf(keys.privateKey) }
    },
  }
}
