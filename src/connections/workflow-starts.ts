import type { SearchAttributePair } from '@temporalio/common'
import { searchAttributes, type Attention } from '../temporal/contract.ts'
import type { WorkflowStart } from '../temporal/start.ts'
import {
  connectAccountId,
  connectionWorkflows,
  disconnectAccountId,
  recoverProviderId,
  refreshConnectionId,
  type ConnectAccountInput,
  type ConnectionRef,
  type DisconnectAccountInput,
  type RecoverProviderInput,
  type RefreshConnectionInput,
} from './contract.ts'

function attributesOf(ref: ConnectionRef, attention: Attention): SearchAttributePair[] {
  return [
    { key: searchAttributes.workspace, value: ref.workspaceId },
    { key: searchAttributes.connection, value: ref.connectionId },
    { key: searchAttributes.provider, value: ref.provider },
    { key: searchAttributes.attention, value: attention },
  ]
}

export function connectAccountStart(input: ConnectAccountInput): WorkflowStart<ConnectAccountInput> {
  return {
    name: connectionWorkflows.connectAccount,
    workflowId: connectAccountId(input.attemptId),
    input,
    searchAttributes: attributesOf(input, 'none'),
    summary: `Connects a ${input.provider} account as ${input.connectionId}`,
  }
}

export function refreshConnectionStart(input: RefreshConnectionInput): WorkflowStart<RefreshConnectionInput> {
  return {
    name: connectionWorkflows.refreshConnection,
    workflowId: refreshConnectionId(input.connectionId),
    input,
    searchAttributes: attributesOf(input, input.needsPerson ? 'needs_person' : input.force ? 'none' : 'retrying'),
    summary: input.needsPerson
      ? `The ${input.provider} account ${input.connectionId} waits for a person`
      : `Refreshes the ${input.provider} token of ${input.connectionId}`,
  }
}

export function recoverProviderStart(input: RecoverProviderInput): WorkflowStart<RecoverProviderInput> {
  const { provider, host = null } = input
  return {
    name: connectionWorkflows.recoverProvider,
    workflowId: recoverProviderId({ provider, host }),
    input,
    searchAttributes: [
      { key: searchAttributes.provider, value: provider },
      { key: searchAttributes.attention, value: 'retrying' },
    ],
    summary: `Waits for ${provider}${host === null ? '' : ` at ${host}`}, whose token endpoint fails for many connections`,
  }
}

export function disconnectAccountStart(input: DisconnectAccountInput): WorkflowStart<DisconnectAccountInput> {
  return {
    name: connectionWorkflows.disconnectAccount,
    workflowId: disconnectAccountId(input.connectionId),
    input,
    searchAttributes: attributesOf(input, 'none'),
    summary: `Disconnects the ${input.provider} account ${input.connectionId}`,
  }
}
