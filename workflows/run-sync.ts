import {
  condition,
  continueAsNew,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import {
  runRequestedSignal,
  runStoppedSignal,
  type RunEnd,
  type RunStart,
  type RunSyncInput,
  type RunSyncResult,
  type RunTrigger,
  type SyncTrouble,
} from '../src/sync/contract.ts'
import { attend, attentionNow } from './attention.ts'
import { carryOut, eventsPerHistory, rows, type News } from './carry-out-run.ts'
import { describeTrouble, ending } from './sync-words.ts'

const runRequested = defineSignal<[trigger?: RunTrigger]>(runRequestedSignal)
const runStopped = defineSignal(runStoppedSignal)
/** A workflow that is asked again and again begins a new history now and then. */
const runsPerHistory = 20

/**
 * One sync: takes the run that its row asks for, pulls and pushes, and looks before it ends whether another was asked for
 * meanwhile. If another workflow holds the sync's run, that one will run again, and this one is over. The one that is named
 * after the sync stays open while the sync's runs fail, says why, and takes the runs that its schedule or a person asks for.
 */
export async function runSync(input: RunSyncInput): Promise<RunSyncResult> {
  const { workspaceId, syncId, trigger } = input
  let asked = false
  const news: News = { count: 0, asks: 0, stops: 0 }
  setHandler(runRequested, by => {
    asked = true
    news.count++
    if (by === 'manual') news.asks++
  })
  setHandler(runStopped, () => {
    asked = true
    news.count++
    news.stops++
  })
  const result: RunSyncResult = { runs: [] }
  for (let first = true; first || asked; first = false) {
    asked = false
    const start = await rows.beginRun({ workspaceId, syncId }, trigger, first && trigger === 'schedule')
    let { trouble } = start
    if (start.kind === 'taken') {
      const base = trouble?.attention ?? 'none'
      if (trouble !== undefined && attentionNow() !== base) attend(base)
      const end = await carryOut(input, { workspaceId, syncId, runId: start.runId }, news, base)
      result.runs.push({ runId: start.runId, status: end.status, errorCode: end.errorCode })
      asked ||= end.again
      trouble = end.trouble
      sayEnd(start.runId, end)
    } else saySkipped(start)
    const isLong = result.runs.length >= runsPerHistory
    if (trouble && !asked) {
      await watch(input, trouble, () => asked)
      asked = true
    } else if (trouble === null && !asked && attentionNow() !== 'none') attend('none')
    if (asked && (isLong || (trouble && workflowInfo().historyLength > eventsPerHistory))) {
      await continueAsNew<typeof runSync>({ ...input, trigger: 'manual' })
    }
  }
  return result
}

/** The sync is in trouble: waits for its schedule or a person to ask for a run, and looks again from time to time. */
async function watch(input: RunSyncInput, trouble: SyncTrouble, isAsked: () => boolean): Promise<void> {
  const details = describeTrouble(input, trouble)
  setCurrentDetails(details)
  if (attentionNow() !== trouble.attention) attend(trouble.attention)
  await condition(isAsked, trouble.lookAgainMs, { summary: details.slice(0, 380) })
}

function saySkipped(start: Exclude<RunStart, { kind: 'taken' }>): void {
  if (start.kind === 'lost') setCurrentDetails(ending.lost)
  if (start.kind === 'skipped') setCurrentDetails(ending.skipped(start.reason))
  if (start.kind === 'failed') sayFailed(start.errorCode, start.trouble)
}

function sayEnd(runId: string, end: RunEnd): void {
  if (end.status === 'failed') return sayFailed(end.errorCode, end.trouble)
  setCurrentDetails(ending.over(runId, end))
  // Ended by an activity of a version that does not tell of trouble.
  if (end.trouble === undefined && attentionNow() !== 'none') attend('none')
}

function sayFailed(errorCode: string | null, trouble: SyncTrouble | null | undefined): void {
  setCurrentDetails(ending.failed(errorCode))
  if (trouble === undefined) attend(needPerson.includes(errorCode ?? '') ? 'needs_person' : 'none')
}

/** What an activity of a version that does not tell of trouble leaves to a person. */
const needPerson = ['TOKEN_EXPIRED', 'DELETIONS_HELD']
