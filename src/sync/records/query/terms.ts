// What a record is found by: words of its texts, and what its fields are equal to. Pure: the same on the way in and on the way out.

import type { Values } from '../../../calls/json-write.ts'

const mostWords = 300
const mostFields = 500
const wordLength = 40
const valueLength = 120
const deepest = 8

/** Marks a record with more fields than are kept as terms: it may be equal to anything. */
export const overflow = '!'

/**
 * The terms of a record: `~word` of each text, `=path=value` of each text, number and boolean outside lists of objects. They say
 * which records to look at, never whether one fits.
 */
export function termsOf(data: Values): string[] {
  const words = new Set<string>()
  const fields = new Set<string>()
  collect(data, '', 0, { words, fields })
  const isOver = fields.size > mostFields
  return [...words, ...[...fields].slice(0, mostFields), ...(isOver ? [overflow] : [])]
}

interface Collected {
  words: Set<string>
  fields: Set<string>
}

function collect(value: unknown, path: string, depth: number, into: Collected): void {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, isPlain(item) ? path : '', depth + 1, into)
  } else if (typeof value === 'object') {
    if (depth > deepest) return void into.fields.add(overflow)
    for (const [name, member] of Object.entries(value)) {
      collect(member, depth === 0 ? name : path === '' ? '' : `${path}.${name}`, depth + 1, into)
    }
  } else {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    if (path !== '' && into.fields.size <= mostFields) {
      for (const one of fieldTerms(path, text)) into.fields.add(one)
    }
    if (typeof value !== 'string') return
    for (const word of wordsOf(text)) {
      if (into.words.size >= mostWords) return
      into.words.add(`~${word}`)
    }
  }
}

const isPlain = (value: unknown) => typeof value !== 'object' || value === null

/** The terms of a field with a value: as it is, and as a number if it is one, as `12.5` for `12.50`. */
export function fieldTerms(path: string, text: string): string[] {
  // A number with an exponent is written in too many ways.
  if (/^-?\d(\.\d+)?e[+-]?\d+$/.test(text)) return [overflow]
  const number = plainNumber(text)
  return [...new Set([text, number])].map(one => beginningTerm(path, one))
}

/** What a term of a field begins with whose value begins with a text. */
export function beginningTerm(path: string, text: string): string {
  return `=${path}=${text.slice(0, valueLength)}`
}

/** A number without the zeros that say nothing; anything else as it is. */
function plainNumber(text: string): string {
  const parts = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text)
  if (!parts) return text
  const [, sign, whole, fraction = ''] = parts
  const value = fraction === '' ? whole! : `${whole}.${fraction}`
  return value === '0' ? value : sign! + value
}

/** Scripts that put no blanks between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]+/gu

/**
 * The words of a text, in small letters and without accents. Where a script puts no blanks between words, each two letters that
 * follow each other count as one.
 */
export function* wordsOf(text: string): Generator<string> {
  const plain = text
    .slice(0, 10_000)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  for (const [word] of plain.matchAll(/[\p{L}\p{N}]+/gu)) {
    const rest = word.replace(unspaced, ' ')
    for (const part of rest.split(' ')) if (part !== '') yield part.slice(0, wordLength)
    if (rest === word) continue
    for (const [run] of word.matchAll(unspaced)) {
      const letters = [...run]
      if (letters.length === 1) yield run
      for (let n = 0; n + 1 < letters.length; n++) yield letters[n]! + letters[n + 1]!
    }
  }
}
