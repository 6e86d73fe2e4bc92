import { upsertSearchAttributes, workflowInfo } from '@temporalio/workflow'
import { searchAttributes, type Attention } from '../src/temporal/contract.ts'

/** Says what the workflow needs of a person; the list of workflows is searched by it. */
export function attend(value: Attention): void {
  upsertSearchAttributes([{ key: searchAttributes.attention, value }])
}

/** What it says at present: a run that goes on for another has what that one said. */
export function attentionNow(): Attention {
  return (workflowInfo().typedSearchAttributes.get(searchAttributes.attention) ?? 'none') as Attention
}
