import type { SignatureEncoding } from '../../../catalogue/schema/webhooks/schemes.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'

/** Where signatures stand in a request. */
interface Place {
  header: string
  element?: string
  prefix?: string
}

/** More signatures than a sender has secrets in a rotation are not looked at. */
const mostSignatures = 20

/** The signatures of a request, decoded. What is none is left out; several come where a header has elements. */
export function signaturesIn(request: SignedRequest, place: Place, encoding: SignatureEncoding): Buffer[] {
  const written = headerOf(request, place.header)
  if (written === undefined) return []
  const texts = place.element === undefined ? [written] : elementsOf(written, place.element)
  return texts.slice(0, mostSignatures).flatMap(text => decoded(text, place.prefix ?? '', encoding) ?? [])
}

/** The values of one name among `name=value` elements that are joined by commas. */
export function elementsOf(header: string, name: string): string[] {
  const elements = header.split(',').map(element => element.trim())
  return elements.filter(element => element.startsWith(`${name}=`)).map(element => element.slice(name.length + 1))
}

const encoded = {
  hex: /^(?:[0-9a-fA-F]{2})+$/,
  base64: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
}
/** An RSA signature by the longest key that is used has a quarter of it. */
const longestSignature = 4_096

/** The bytes that a text behind its prefix encodes; undefined where it encodes none. */
export function decoded(text: string, prefix: string, encoding: SignatureEncoding): Buffer | undefined {
  if (!text.startsWith(prefix)) return undefined
  const signature = text.slice(prefix.length)
  if (signature === '' || signature.length > longestSignature || !encoded[encoding].test(signature)) return undefined
  const bytes = Buffer.from(signature, encoding)
  // Base64 that ends in bits which mean nothing is not what a platform writes.
  return encoding === 'hex' || bytes.toString('base64') === signature ? bytes : undefined
}
