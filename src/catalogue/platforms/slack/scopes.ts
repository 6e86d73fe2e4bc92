/** https://docs.slack.dev/reference/scopes */
export const scopes = {
  'channels:history': 'Read messages of public channels that it is in',
  'channels:read': 'See the public channels of the workspace',
  'channels:join': 'Join public channels',
  'chat:write': 'Send messages',
  'chat:write.public': 'Send messages to public channels that it is not in',
  commands: 'Have slash commands that people can call',
  'files:read': 'Read files of conversations that it is in',
  'files:write': 'Upload, change and delete files',
  'groups:read': 'See the private channels that it is in',
  'im:write': 'Begin direct messages with people',
  'incoming-webhook': 'Send messages to one channel by an address of its own',
  'reactions:write': 'Add and take away reactions',
  'users:read': 'See the people of the workspace',
  'users:read.email': 'See the e-mail addresses of people',
}
