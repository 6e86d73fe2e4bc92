import type { Client } from '@temporalio/client'

/** Asks the Temporal service for the hub's namespace. Fails when it does not answer in time, or has no such namespace. */
export async function checkTemporal(client: Client, timeoutMs: number): Promise<void> {
  const { namespace } = client.options
  await client.withDeadline(Date.now() + timeoutMs, () => client.workflowService.describeNamespace({ namespace }))
}
