import type { WebhookDefinition } from '../../catalogue/schema/webhooks.ts'
import { HubError } from '../../errors.ts'
import { textOf } from '../../json/text-of.ts'
import { encodingOf } from './content-encoding.ts'
import { readJson } from '../../json/read-json.ts'
import { membersOf } from './form-members.ts'
import type { SignedRequest } from './signed-request.ts'
import { xmlMembers } from './xml.ts'

/** How a platform's bodies that are not JSON are read. */
export type BodyForms = Pick<WebhookDefinition, 'formMember' | 'xml'>

/** What a webhook says, as bytes, as text, and read. */
export interface WebhookJson {
  bytes: Buffer
  text: string
  value: unknown
}

/**
 * The JSON of a webhook, whatever its content type is called: without a byte order mark, and out of a member of a form where a
 * platform sends it so; the fields of another form are the JSON, and so are the elements of XML where the platform sends that. An
 * empty body is `null`: what it tells stands in the headers.
 * @throws HubError `INVALID_REQUEST` that says why it cannot be read
 */
export function webhookJson({ headers, body }: SignedRequest, { formMember, xml }: BodyForms = {}): WebhookJson {
  const bytes = withoutMark(isForm(headers) ? jsonOfForm(body, formMember ?? 'payload') : jsonOfXml(body, xml))
  const text = textOf(bytes)
  if (text.trim() === '') return { bytes: Buffer.from('null'), text: 'null', value: null }
  try {
    return { bytes, text, value: readJson(text) }
  } catch (error) {
    const encoding = encodingOf(headers)
    const why = encoding === undefined ? '' : ` Content-Encoding ${encoding} is not read: send it plain, or as gzip.`
    throw new HubError('INVALID_REQUEST', { message: `The body of a webhook must be JSON.${why}`, cause: error })
  }
}

function isForm(headers: SignedRequest['headers']): boolean {
  return String(headers['content-type'] ?? '')
    .toLowerCase()
    .includes('application/x-www-form-urlencoded')
}

/** Of what is XML; anything else stays as it is. */
function jsonOfXml(body: Buffer, xml: BodyForms['xml']): Buffer {
  if (xml === undefined) return body
  const text = textOf(withoutMark(body))
  return /^\s*</.test(text) ? Buffer.from(JSON.stringify(xmlMembers(text, xml.lists))) : body
}

/** Of what is called a form and is JSON all the same, the whole. */
function jsonOfForm(body: Buffer, member: string): Buffer {
  const text = textOf(body)
  if (text === '' || /^\s*[{[]/.test(text)) return body
  const fields = new URLSearchParams(text)
  const json = fields.get(member)
  return Buffer.from(json ?? JSON.stringify(membersOf(fields)))
}

const mark = Buffer.from([0xef, 0xbb, 0xbf])

function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, mark.length).equals(mark) ? withoutMark(bytes.subarray(mark.length)) : bytes
}
