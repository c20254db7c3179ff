import type { Words } from './en.ts'

/** 简体中文：对房间做过什么。 */
export const notices: Words['message']['notices'] = {
  joined: (who) => `${who} 进来了。`,
  left: (who) => `${who} 走了。`,
  invited: (who, whom) => `${who} 带 ${whom} 进来了。`,
  removed: (who, whom) => `${who} 请 ${whom} 出去了。`,
  host: (who, whom) => `${who} 让 ${whom} 做了房主。`,
  'no-host': (who, whom) => `${who} 让 ${whom} 做回了普通成员。`,
  name: (who, name) => `${who} 把房间改名为“${name}”。`,
  topic: (who, topic) => (topic ? `${who} 把话题改成了“${topic}”。` : `${who} 去掉了话题。`),
  kind: (who, kind) =>
    kind === 'open' ? `${who} 把房间向馆内所有成员开放了。` : `${who} 把房间改成了私密的。`,
  archived: (who) => `${who} 归档了这个房间。还可以看，但不再说话。`,
  reopened: (who) => `${who} 把这个房间从归档里取了出来。`,
  locked: (who) => `${who} 锁定了这个房间，只有房主能说话。`,
  unlocked: (who) => `${who} 解锁了这个房间。`,
  slow: (who, seconds) =>
    seconds > 0 ? `${who} 打开了慢速模式：每 ${seconds} 秒一条消息。` : `${who} 关闭了慢速模式。`,
}
