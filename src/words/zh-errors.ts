import type { Words } from './en.ts'

/** 简体中文：出了什么事，写的东西怎么样了，接下来怎么办。One entry for each code of `src/http/errors.ts`. */
export const errors: Words['errors'] = {
  notSignedIn: { title: '你还没有登录。', detail: '登录之后会回到这里。' },
  wrongLogin: { title: '门没有打开。', detail: '请核对手机号和密码。' },
  wrongCode: {
    title: '这个账户开了两步验证。',
    detail: '请把验证器上的验证码或者一个恢复码放在 "code" 里一起发来。',
  },
  passkeyOnly: {
    title: '这个账户的第二步是通行密钥。',
    detail: '这需要浏览器：请在浏览器里登录，到账户页生成令牌。',
  },
  forbidden: { title: '这件事不归你做。', detail: '请找打理这里的人。' },
  foreignOrigin: {
    title: '这个请求来自别的网站。',
    detail: '什么都没有做。请打开 Teahouse 自己的地址再试一次。',
  },
  noIntent: {
    title: '看不出这是不是你的本意。',
    detail: '什么都没有做。请重新打开页面，再从那里提交。',
  },
  ownerStays: {
    title: '这里归你所有。',
    detail: '什么都没有做。先把这里交给别人，然后就可以离开。',
  },
  notYourMessage: {
    title: '这条消息不归你改。',
    detail: '什么都没有改。谁写的谁能改；写的人和管这里的人能删。',
  },
  noticeStays: {
    title: '这一行说的是房间里发生过的事。',
    detail: '它不会变：没有人写过它。',
  },
  messageDeleted: {
    title: '这条消息已经删除。',
    detail: '什么都没有改。如果还想说，先把你写的复制下来。',
  },
  editedMeanwhile: {
    title: '这条消息刚才被改过了。',
    detail: '你的没有保存。看看它现在怎么说，再发一次。',
  },
  tooManyReactions: {
    title: '放不下另一种表情了。',
    detail: '一条消息最多有 20 种。请在已有的里面选。',
  },
  leavingUnfinished: {
    title: '你离开到一半，数据库断了。',
    detail: '你的一部分消息可能已经没有了。过一分钟再打开账户页：如果账户还在，再离开一次，会接着做完。',
  },
  registrationClosed: {
    title: '这里不开放注册。',
    detail: '想进来的话，请找打理这里的人。',
  },
  suspended: {
    title: '你的账户已被停用。',
    detail: '里面的东西都还在。请找打理这里的人。',
  },
  noCodes: {
    title: '这里不发验证码。',
    detail: '请向打理这里的人要一个设新密码的链接。',
  },
  noInvitation: {
    title: '这份邀请打不开门。',
    detail: '它可能用完了、过期了，或者被收回了。请向邀请你的人再要一份。',
  },
  noPasswordLink: {
    title: '这个链接打不开什么。',
    detail: '它可能用过了，或者过期了。请向打理这里的人再要一个。',
  },
  smsFailed: {
    title: '验证码没有发出去。',
    detail: '什么都没有保存。请过一分钟再试。',
  },
  notFound: { title: '这里什么都没有。', detail: '或者不对你开放。' },
  noRoom: { title: '没有这个房间。', detail: '或者不对你开放。' },
  roomMoved: { title: '这个房间换了地址。', detail: '旧链接仍然通到那里。' },
  notKeeper: { title: '这要由打理房间的人来做。', detail: '什么都没有改。请找房主。' },
  notJoined: { title: '你不在这个房间里。', detail: '什么都没有改。先加入再说。' },
  roomLocked: { title: '这个房间锁定了。', detail: '没有发出去：现在只有房主能说话。' },
  roomArchived: { title: '这个房间归档了。', detail: '没有发出去：还可以看，但不再说话。' },
  directStays: {
    title: '私聊房间属于里面的人。',
    detail: '不能加人，也不能减人。可以开一个房间，或者和别的人另开一个。',
  },
  slowMode: { title: '这个房间在慢速模式。', detail: '没有发出去。等一会儿再发。' },
  nobody: { title: '这里没有叫这个名字的人。', detail: '什么都没有改。' },
  noMessage: {
    title: '没有这条消息。',
    detail: '编号从 1 开始，到最新一条为止。',
  },
  noPasskey: { title: '你没有这个通行密钥。', detail: '也许已经移除了。' },
  methodNotAllowed: {
    title: '这个地址不接受这种请求。',
    detail: '接受哪些，请看 Allow 标头。',
  },
  notAcceptable: {
    title: '这里不提供这种格式。',
    detail: '请用 text/html、application/json 或 text/plain。',
  },
  tooLong: { title: '太长了。', detail: '一条消息最多 10,000 个字符。' },
  tooLarge: { title: '太大了。', detail: '一个请求最多 256 KiB。' },
  unsupportedType: {
    title: '这种正文读不懂。',
    detail: '请发表单、application/json，或者用 text/plain 发消息。',
  },
  malformed: { title: '内容读不懂。', detail: '它不是有效的 UTF-8、JSON 或表单数据。' },
  invalid: { title: '有些地方要改一改。', detail: '什么都没有保存。' },
  misdirected: {
    title: '这不是我们的地址。',
    detail: '如果这里由你打理：请把 PUBLIC_URL 设为大家输入的地址。',
  },
  tooMany: { title: '一下子太多了。', detail: '什么都没有保存。请稍等一会儿再试。' },
  databaseAwayNotSaved: {
    title: '数据库暂时不在。什么都没有发出去。',
    detail: '没有保存。一般不到一分钟就好。再发一次没关系：同一条消息不会出现两次。',
  },
  databaseAwayNotKnown: {
    title: '正在保存的时候，数据库断了。',
    detail: '不知道有没有存下来。再发一次没关系：同一条消息不会出现两次。',
  },
  databaseAway: {
    title: '数据库暂时不在。',
    detail: '什么都没有改动。一般不到一分钟就好，到时再试。',
  },
  overloaded: { title: '人已经坐到门口了。', detail: '没有保存。请稍等一会儿再试。' },
  upgradeRequired: {
    title: '这个地址只讲 WebSocket。',
    detail: '请用升级请求，或者读旁边的 /events。',
  },
  internal: { title: '我们这边出了毛病。', detail: '已经记下来了。请再试一次。' },
}

/** 简体中文：引出问题的事实，说在前面。 */
export const facts: Words['facts'] = {
  foreignOrigin: (theirs, ours) => `这个请求来自 ${theirs}，而这里的地址是 ${ours}。`,
  foreignSite: (site, ours) => `浏览器说这个请求是 ${site}，而这里的地址是 ${ours}。`,
  streamTypes: '消息流也可以用 text/event-stream 和 application/x-ndjson。',
  slowMode: (slowSeconds, left) => `每人每 ${slowSeconds} 秒一条消息；还要 ${left} 秒才轮到你。`,
  socketOrigin: (ours) => `带 Cookie 的 WebSocket 必须有 Origin ${ours}。`,
}

/** 简体中文：出了问题之后往哪里去。 */
export const waysOut: Words['waysOut'] = { room: '回到房间', front: '回到首页' }

/** 简体中文：写在没有通过的那一栏旁边。 */
export const fields: Words['fields'] = {
  phoneMissing: '请输入你的手机号。',
  phoneInvalid: '这不像是手机号。请以 + 和国家代码开头。',
  loginWrong: '手机号和密码对不上。',
  confirmWrong: '这不是你的密码。',
  codeMissing: '请输入验证器上的验证码，或者一个恢复码。',
  recoveryCodeMissing: '请输入一个恢复码，或者用通行密钥。',
  codeWrong: '验证码不对，或者已经用过了。请等下一个出来再输入。',
  firstCodeWrong: '验证码不对。请看看设备的时间准不准，再输入下一个。',
  authenticatorIsOn: '你的验证器已经打开了。',
  stepExpired: '已经过了五分钟。请重新输入密码。',
  passkeyRefused: '这个通行密钥没有通过。请再试一次，或者用密码登录。',
  newPasskeyRefused: '这个通行密钥没有通过。请再试一次。',
  noSecondFactor: '你还没有开两步验证，也就没有什么要恢复。',
  passkeyKnown: '这个通行密钥已经在这里了。',
  passkeysFull: (most) => `一个账户最多 ${most} 个通行密钥。请先移除一个。`,
  passkeyName: '名称最多 64 个字符。',
  phoneTaken: '这个号码已经注册过了。请直接登录。',
  nameMissing: '请输入别人会看到的名字。',
  nameLength: (has) => `名字要有 2 到 32 个字符，现在是 ${has} 个。`,
  nameCharacters: "名字可以用任何文字的字母、数字、空格和 . _ ' -，以文字或数字开头。",
  nameTaken: (name) => `${name} 这个名字已经有人坐了。`,
  passwordMissing: '请输入密码。',
  passwordShort: (has, missing) => `要八个字符以上。现在是 ${has} 个，再加 ${missing} 个就够。`,
  passwordLong: '密码最多 128 个字符。',
  passwordMoved: '你的密码刚刚在别处改过了。请输入现在的密码。',
  tokenName: '令牌的名称要有 1 到 64 个字符。',
  scopes: '请选择令牌可以做什么。',
  days: '令牌的有效期是 7、30、90 或 365 天。',
  leaveMessages: '请选择你的消息是留下还是删去。',
  passwordCommon: '这个密码太常见，别人最先试的就是它。',
  passwordKnown: '你的名字、号码和这里的名字，别人最先试的就是它们。请加上一些别人不知道的。',
  inviteMissing: '受邀的人才能进来。请贴上你收到的链接。',
  invite: '这份邀请打不开门。请向邀请你的人再要一份。',
  smsCodeWrong: '这不是发给你的验证码。一共可以试五次。',
  codeSpent: '这个验证码已经失效。请再要一个。',
  pendingOld: '那个页面太旧了。请把表单再填一次。',
  smsFailed: '验证码发不到那个号码。什么都没有保存，请过一分钟再试。',
  role: '这里只能填 admin 或 member。',
  uses: '这里要填 1 到 1000 的整数。',
  hours: '这里要填小时数，1 到 2160（90 天）。',
  note: '备注最多 200 个字符。',
  id: '这里要填列表给你的 id。',
  setupCode: '这不是启动时显示的设置码。',
  roomName: '房间的名字最多 48 个字符，而且要看得见。',
  topic: '话题最多 240 个字符。',
  roomKind: '这里填 open 或 private。',
  slug: '地址是 1 到 64 个小写字母、数字和连字符，以字母或数字开头。',
  slugTaken: (slug) => `${slug} 是别的房间现在或从前的地址。`,
  slow: '这里填整数秒，从 0 到 21600（6 小时）。',
  yesOrNo: '这里填 yes 或 no。',
  level: '这里填 everything、mentions 或 nothing。',
  roomRole: '这里填 host 或 member。',
  lastHost: '房间要留一位房主。先请别人做房主。',
  nobodyNamed: (name) => `这里没有叫 ${name} 的人。`,
  peopleMissing: '至少写一个别人的名字。',
  peopleMany: (most) => `一次最多 ${most} 个人。`,
  alreadyIn: (name) => `${name} 已经在这个房间里了。`,
  messageNumber: '这里没有这个编号的消息。',
  emoji: '这里要一个表情符号。',
  emptyMessage: '这条消息里还什么都没有。',
  longMessage: '一条消息最多 10,000 个字符。',
  notUnicode: '这不是有效的 Unicode 文本。',
  nonce: 'nonce 要有 1 到 64 个字符，只用 A-Z a-z 0-9 _ -',
  replyTo: '没有这个编号的消息可以回复。',
  text: '这里要填文本。',
  number: '这里要填整数。',
  day: '这里要填日期，比如 2026-11-23。',
  transport: '这里只能填 auto、websocket、sse、poll、page 或 none。',
  language: (spoken) => `这里只能填 auto，或者这里会说的语言：${spoken}。`,
  bodyMissing: '缺少 "body" 这一栏。',
}
