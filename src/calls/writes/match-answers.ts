import type { BatchOf } from '../../catalogue/schema/items/writes.ts'
import { textAt, valueAt } from '../json-path.ts'
import { unexpectedItem } from './write.ts'

/** What came back for one write of a batch: its answer, or the code by which it was refused. */
export type Row = { answer: unknown } | { code: string | undefined; fault: unknown }

/**
 * The rows of a batch's answer, in the order of its requests: a repeat says the same in the same order. One that was answered
 * twice, or that nobody asked for, could be anybody's: then none of them is believed, nor where one was not answered at all,
 * but for a platform that lists what it refused apart: there it is undefined.
 * @param keys what each request is known by, where answers repeat that
 * @throws HubError `PROVIDER_ERROR`
 */
export function rowsOf(batch: BatchOf<'by-operation'>, keys: readonly string[], body: unknown): (Row | undefined)[] {
  const rows = new Array<Row | undefined>(keys.length).fill(undefined)
  const put = (place: number, row: Row) => {
    if (!Number.isInteger(place) || place < 0 || place >= rows.length || rows[place]) throw unexpectedItem()
    rows[place] = row
  }
  const placeOf = (text: string | undefined) => {
    if (text === undefined) return -1
    return batch.match.by === 'key' ? keys.indexOf(text) : Number(text)
  }
  const { faults, match } = batch
  if (faults.in === 'list') {
    for (const fault of listAt(body, faults.list)) {
      const at = textAt(fault, faults.at)
      if (at !== undefined) put(placeOf(at), { code: textAt(fault, faults.code), fault })
    }
  }
  const answers = answersIn(batch, body)
  // Of answers by position those that were refused are left out, or have a place in which there is nothing.
  const open = answers.length === rows.length ? [...rows.keys()] : [...rows.keys()].filter(place => !rows[place])
  if (match.by === 'position' && answers.length !== open.length) throw unexpectedItem()
  for (const [index, answer] of answers.entries()) {
    const place = match.by === 'position' ? open[index]! : placeOf(textAt(answer, match.answer))
    if (match.by === 'position' && rows[place]) continue
    const code = faults.in === 'answer' ? textAt(answer, faults.code) : undefined
    put(place, code === undefined ? { answer } : { code, fault: answer })
  }
  if (faults.in === 'answer' && rows.includes(undefined)) throw unexpectedItem()
  return rows
}

function answersIn({ answers }: BatchOf<'by-operation'>, body: unknown): unknown[] {
  return listAt(body, answers)
}

/** A list that is not there is an empty one. */
function listAt(body: unknown, path: string | undefined): unknown[] {
  const list = path === undefined ? body : (valueAt(body, path) ?? [])
  if (!Array.isArray(list)) throw unexpectedItem()
  return list as unknown[]
}
