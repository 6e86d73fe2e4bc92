import { HubError } from '../../errors.ts'

const deepest = 50
const mostElements = 50_000

/** An element that has more than text: attributes as `@name`, text beside them as `$text`, and elements by their names. */
export interface XmlMembers {
  [name: string]: XmlValue | XmlValue[]
}
export type XmlValue = string | XmlMembers

/**
 * An XML document as JSON, whose only member is its root. An element of text alone is that text; elements that come several
 * times, and those that may, are lists. Names keep their prefixes. What the document declares of its own is refused.
 * @param lists names of elements that are lists even when there is one
 * @throws HubError `INVALID_REQUEST` when it is no XML, or one of too many elements
 */
export function xmlMembers(text: string, lists: readonly string[] = []): XmlMembers {
  const document = new OpenElement('', {})
  const open = [document]
  let [at, elements] = [0, 0]
  while (at < text.length) {
    const begins = text.indexOf('<', at)
    const inner = open.at(-1)!
    inner.add(unescaped(text.slice(at, begins === -1 ? text.length : begins)))
    if (begins === -1) break
    if (text.startsWith('<![CDATA[', begins)) {
      const end = endOf(text, ']]>', begins)
      inner.add(text.slice(begins + '<![CDATA['.length, end))
      at = end + ']]>'.length
    } else if (text.startsWith('<!--', begins)) at = endOf(text, '-->', begins) + '-->'.length
    else if (text.startsWith('<?', begins)) at = endOf(text, '?>', begins) + '?>'.length
    else if (text.startsWith('<!', begins)) throw refused()
    else {
      const end = endOf(text, '>', begins)
      const tag = text.slice(begins + 1, end)
      at = end + 1
      if (tag.startsWith('/')) {
        if (open.length === 1 || inner.name !== tag.slice(1).trimEnd()) throw refused()
        open.pop()
        open.at(-1)!.put(inner, lists)
      } else {
        const isEmpty = tag.endsWith('/')
        const element = elementOf(isEmpty ? tag.slice(0, -1) : tag)
        if (++elements > mostElements || open.length > deepest) throw refused()
        if (isEmpty) inner.put(element, lists)
        else open.push(element)
      }
    }
  }
  const { members } = document
  if (open.length > 1 || document.text.trim() !== '' || Object.keys(members).length !== 1) throw refused()
  return members
}

class OpenElement {
  readonly name: string
  readonly members: XmlMembers
  text = ''

  constructor(name: string, attributes: Record<string, string>) {
    this.name = name
    // Without a prototype: an element may have any name.
    this.members = Object.assign(Object.create(null) as XmlMembers, attributes)
  }

  add(text: string): void {
    this.text += text
  }

  put(element: OpenElement, lists: readonly string[]): void {
    const there = this.members[element.name]
    const { value } = element
    if (there === undefined) this.members[element.name] = lists.includes(element.name) ? [value] : value
    else if (Array.isArray(there)) there.push(value)
    else this.members[element.name] = [there, value]
  }

  get value(): XmlValue {
    if (Object.keys(this.members).length === 0) return this.text
    return this.text.trim() === '' ? this.members : Object.assign(this.members, { $text: this.text })
  }
}

const tagName = /^[A-Za-z_][\w.:-]{0,199}(?=\s|$)/
const attribute = /\s+([A-Za-z_][\w.:-]{0,199})\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y

/** The element of a tag, with its attributes. A `>` in an attribute ends the tag, so that the rest of it is none. */
function elementOf(tag: string): OpenElement {
  const [name] = tagName.exec(tag) ?? []
  if (name === undefined) throw refused()
  const attributes: Record<string, string> = {}
  attribute.lastIndex = name.length
  let end = name.length
  for (let found = attribute.exec(tag); found; found = attribute.exec(tag)) {
    attributes[`@${found[1]}`] = unescaped(found[2] ?? found[3] ?? '')
    end = attribute.lastIndex
  }
  if (tag.slice(end).trim() !== '') throw refused()
  return new OpenElement(name, attributes)
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** Only the entities that every document has (XML 1.0, 4.6), and characters by number. */
function unescaped(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{2,4}));|&/g,
    (_, decimal?: string, hex?: string, name = '') => {
      const entity = Object.hasOwn(entities, name as string) ? entities[name as string] : undefined
      const point = decimal === undefined ? (hex === undefined ? -1 : Number.parseInt(hex, 16)) : Number(decimal)
      const isCharacter = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
      const character = entity ?? (isCharacter ? String.fromCodePoint(point) : undefined)
      if (character === undefined) throw refused()
      return character
    },
  )
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from)
  if (end === -1) throw refused()
  return end
}

const refused = () => new HubError('INVALID_REQUEST', { message: 'The body of this webhook must be plain XML.' })
