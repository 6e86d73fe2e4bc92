import { invalid } from './refusals.ts'

// https://developers.google.com/workspace/sheets/api/guides/concepts#cell

/** Cells of a sheet, by their places from 0, the last ones too; what is left open goes on to the end. */
export interface Area {
  title: string
  top: number
  left: number
  bottom: number
  right: number
}

/** The letters of a column from 0. */
export function lettersOf(column: number): string {
  const rest = Math.floor(column / 26) - 1
  return (rest < 0 ? '' : lettersOf(rest)) + String.fromCharCode(65 + (column % 26))
}

function columnOf(letters: string): number {
  return [...letters.toUpperCase()].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1
}

const corner = /^([A-Za-z]{0,3})(\d{0,7})$/

/** @param first the sheet that a range without a name means; `titles` are all */
export function areaOf(text: string, titles: readonly string[]): Area {
  const [title, cells] = partsOf(text, titles)
  if (cells === undefined) return { title, top: 0, left: 0, bottom: Infinity, right: Infinity }
  const [from = '', to = from, ...more] = cells.split(':')
  const [one, other] = [corner.exec(from), corner.exec(to)]
  if (!one || !other || more.length > 0 || from === '' || to === '') throw unreadable(text)
  const number = (said: string | undefined, open: number) => (said === '' ? open : Number(said) - 1)
  const area = {
    title,
    top: number(one[2], 0),
    left: one[1] === '' ? 0 : columnOf(one[1]!),
    bottom: number(other[2], Infinity),
    right: other[1] === '' ? Infinity : columnOf(other[1]!),
  }
  if (area.top < 0 || area.bottom < area.top || area.right < area.left) throw unreadable(text)
  return area
}

function partsOf(text: string, titles: readonly string[]): [title: string, cells?: string] {
  const quoted = /^'((?:[^']|'')+)'(?:!(.+))?$/.exec(text)
  const plain = /^([^'!]+)!(.+)$/.exec(text)
  const title = quoted?.[1]!.replaceAll("''", "'") ?? plain?.[1]
  if (title === undefined) return titles.includes(text) ? [text] : [titles[0]!, text]
  if (!titles.includes(title)) throw unreadable(text)
  const cells = quoted ? quoted[2] : plain![2]
  return cells === undefined ? [title] : [title, cells]
}

const unreadable = (text: string) => invalid(`Unable to parse range: ${text}`)

/** A range as answers say it. */
export function rangeText({ title, top, left, bottom, right }: Area): string {
  const name = /^\w+$/.test(title) ? title : `'${title.replaceAll("'", "''")}'`
  const [from, to] = [`${lettersOf(left)}${top + 1}`, `${lettersOf(right)}${bottom + 1}`]
  return `${name}!${from === to ? from : `${from}:${to}`}`
}
