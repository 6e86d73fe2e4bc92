import type { ExportDefinition } from '../../../catalogue/schema/items/export.ts'
import { asBody, placeOf, withParts, type SaidBody } from '../../body.ts'
import type { ProviderAnswer, ProviderClient } from '../../call.ts'
import { refusalIn, refusesCredential } from '../../errors.ts'
import { textAt, valueAt } from '../../json-path.ts'
import { isPathSegment, placeOfItem } from '../../path-segment.ts'
import { cursorOf } from '../list-answer.ts'
import { NoExport } from './no-export.ts'

/** How a job stands: under way, or done with a file; without an address where nothing is in it. */
export type JobState = { kind: 'underway' } | { kind: 'done'; file: string | null }

/** Starts the job of an export; gives its id. @throws NoExport where the platform starts none, HubError as `ProviderClient` does */
export async function startJob(
  client: ProviderClient,
  { start }: ExportDefinition,
  signal: AbortSignal,
): Promise<string> {
  const call = { ...asBody(start), ...placeOf(start), path: start.path, signal }
  const { body } = await refusable(client.call(call))
  const id = cursorOf(valueAt(body, start.job))
  if (id === undefined || !isPathSegment(id)) throw new NoExport('refused')
  return id
}

/** Looks at a job. @throws NoExport where it came to nothing or is not known any more, HubError as `ProviderClient` does */
export async function lookAtJob(
  client: ProviderClient,
  { look }: ExportDefinition,
  id: string,
  signal: AbortSignal,
): Promise<JobState> {
  const { body } = await refusable(callAbout(client, look, id, signal))
  const state = textAt(body, look.state)
  if (state !== undefined && look.underway.includes(state)) return { kind: 'underway' }
  if (state === undefined || !look.done.includes(state)) throw new NoExport('failed')
  // An answer without the member is none: it must not be taken for an empty list.
  if (valueAt(body, look.file) === null) return { kind: 'done', file: null }
  const file = textAt(body, look.file)
  if (file === undefined) throw new NoExport('file_unreadable')
  return { kind: 'done', file }
}

/** Ends a job that nobody waits for any more, where the platform lets one; what it answers makes no difference. */
export async function stopJob(
  client: ProviderClient,
  { stop }: ExportDefinition,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  if (stop) await callAbout(client, stop, id, signal).catch(() => undefined)
}

function callAbout(
  client: ProviderClient,
  asked: SaidBody & { idAt?: string } & Parameters<typeof placeOfItem>[0],
  id: string,
  signal: AbortSignal,
): Promise<ProviderAnswer> {
  const said = asBody(asked)
  const whole =
    said.method === 'POST' && asked.idAt !== undefined
      ? { ...said, body: withParts(said.body, { [asked.idAt]: id }) }
      : said
  return client.call({ ...whole, ...placeOfItem(asked, id), signal })
}

/** An answer; what the platform refuses for another reason than the credential leads to no export. */
async function refusable(answer: Promise<ProviderAnswer>): Promise<ProviderAnswer> {
  try {
    return await answer
  } catch (error) {
    if (refusalIn(error) === undefined || refusesCredential(error)) throw error
    throw new NoExport('refused')
  }
}
