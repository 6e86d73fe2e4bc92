import { z } from 'zod'

/** The parts that a signed text may have. */
const parts = ['body', 'timestamp', 'method', 'url', 'secret', 'crc32', 'form', 'header:[a-z0-9-]{1,100}']

const signedTextPattern = new RegExp(`^(?:[^{}]|\\{(?:${parts.join('|')})\\}){1,300}$`)

export type SignedText = z.infer<typeof signedText>
/**
 * A text that is signed, with parts of the request in braces. The body stands in it as it is, or as its checksum or its
 * fields: else the signature would be another request's too.
 */
export const signedText = z
  .string()
  .max(300)
  .refine(
    text => signedTextPattern.test(text),
    `must be a text with parts such as {body}: ${parts.slice(0, -1).join(', ')}, header:…`,
  )
  .refine(text => /\{(?:body|crc32|form)\}/.test(text), 'must hold {body}, {crc32} or {form}')
  .describe(
    'What is signed, with `{body}`, `{timestamp}`, `{method}`, `{url}` (as the platform was given it), `{header:name}`, `{secret}`, ' +
      '`{crc32}` of the body, or `{form}` (sorted fields) in it; the body unless given',
  )
