import type { Words } from './en.ts'

const by = (way: string | number | undefined) => (way === 'code' ? '短信验证码' : '链接')

/** 简体中文：对账户做过什么。One entry for each act of `src/accounts/audit.ts`. */
export const audited: Words['audited'] = {
  registered: ({ who }) => `${who} 注册了账户。`,
  'logged-in': ({ who }) => `${who} 登录了。`,
  'logged-out': ({ who }) => `${who} 退出了登录。`,
  'login-refused': ({ who, whom }) =>
    who === whom ? '有人想登录，没有成功。' : `有人想登录 ${whom} 的账户，没有成功。`,
  'password-changed': ({ who }) => `${who} 改了密码。`,
  'password-reset-offered': ({ who, whom, details }) =>
    details.by === 'code'
      ? `${who} 为 ${whom} 要了设新密码的验证码。`
      : `${who} 为 ${whom} 做了设新密码的链接。`,
  'password-reset': ({ whom, details }) => `${whom} 通过${by(details.by)}设了新密码。`,
  'name-changed': ({ who }) => `${who} 改了名字。`,
  'second-factor-on': ({ who }) => `${who} 打开了两步验证。`,
  'second-factor-off': ({ who }) => `${who} 关闭了两步验证。`,
  'recovery-codes-made': ({ who }) => `${who} 生成了新的恢复码。`,
  'recovery-code-used': ({ who }) => `${who} 用了一个恢复码。`,
  'passkey-added': ({ who }) => `${who} 添加了一个通行密钥。`,
  'passkey-removed': ({ who }) => `${who} 移除了一个通行密钥。`,
  'session-ended': ({ who }) => `${who} 结束了一处登录。`,
  'other-sessions-ended': ({ who }) => `${who} 结束了其他所有登录。`,
  'token-made': ({ who }) => `${who} 生成了一个令牌。`,
  'token-revoked': ({ who }) => `${who} 撤销了一个令牌。`,
  'data-downloaded': ({ who }) => `${who} 下载了自己的数据。`,
  left: ({ who }) => `${who} 离开了这里。`,
  'invitation-made': ({ who, details }) => `${who} 发出了一份邀请，可供 ${details.uses} 人使用。`,
  'invitation-withdrawn': ({ who }) => `${who} 收回了一份邀请。`,
  'role-changed': ({ who, whom, details }) =>
    ({
      owner: `${who} 把这里交给了 ${whom}。`,
      admin: `${who} 让 ${whom} 做了管理员。`,
      member: `${who} 让 ${whom} 做回了普通成员。`,
    })[String(details.role)] ?? `${who} 改了 ${whom} 的角色。`,
  suspended: ({ who, whom }) => `${who} 停用了 ${whom} 的账户。`,
  'message-removed': ({ who, whom, details }) =>
    `${who}删除了 ${details.room} 里 ${whom} 写的 #${details.number}。`,
  reinstated: ({ who, whom }) => `${who} 恢复了 ${whom} 的账户。`,
  'room-made': ({ who, details }) => `${who} 开了房间 ${details.room}。`,
  'room-changed': ({ who, details }) => `${who} 改了房间 ${details.room}：${details.what}。`,
  'room-invited': ({ who, whom, details }) => `${who} 带 ${whom} 进了 ${details.room}。`,
  'room-removed': ({ who, whom, details }) => `${who} 请 ${whom} 离开了 ${details.room}。`,
  'room-host': ({ who, whom, details }) =>
    details.role === 'host'
      ? `${who} 让 ${whom} 做了 ${details.room} 的房主。`
      : `${who} 让 ${whom} 不再做 ${details.room} 的房主。`,
}
