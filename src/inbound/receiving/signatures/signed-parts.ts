import { crc32 } from 'node:zlib'
import type { SignedText } from '../../../catalogue/schema/webhooks/signed-text.ts'
import { textOf } from '../../../json/text-of.ts'
import { headerOf, type SignedRequest } from '../signed-request.ts'

/** What a signed text may hold beside the request. */
interface Known {
  timestamp?: string | undefined
  secret?: string
}

/**
 * The bytes that were signed, by a text with parts in braces; the body unless given. Undefined when the request lacks one of
 * the parts: then nothing of it can be signed.
 */
export function signedParts(text: SignedText = '{body}', request: SignedRequest, known: Known): Buffer[] | undefined {
  const parts: Buffer[] = []
  for (const piece of text.split(/(\{[^{}]+\})/)) {
    const part = piece.startsWith('{') ? partOf(piece.slice(1, -1), request, known) : piece
    if (part === undefined) return undefined
    parts.push(Buffer.from(part))
  }
  return parts
}

function partOf(name: string, request: SignedRequest, { timestamp, secret }: Known): Buffer | string | undefined {
  if (name.startsWith('header:')) return headerOf(request, name.slice('header:'.length))
  switch (name) {
    case 'body':
      return request.body
    case 'timestamp':
      return timestamp
    case 'secret':
      return secret
    case 'method':
      return request.method ?? 'POST'
    case 'url':
      return request.url
    case 'crc32':
      return String(crc32(request.body))
    case 'form':
      return sortedForm(request.body)
    default:
      return undefined
  }
}

/** The fields of a form, each name before its value, by the names' order. */
function sortedForm(body: Buffer): string {
  const fields = new URLSearchParams(textOf(body))
  fields.sort()
  return [...fields].flat().join('')
}
