/** Common words of English prose, code and configuration: what the tokenizer's merges are learned from. */
export const WORDS = `
the of and to in is that for it as with on be are this by not or an at from you your if when which
have has can will one all use used file files tool tools message messages model models server request
response user agent task work works time run runs read write command list line lines text name names
path paths value values error errors test tests check code data result results system prompt context
they their there them then than these those what where while who how why was were been being but into
out up down over under after before between during about against because through only other some any
each every more most less least many few first last next new old same different such no nor so too very
just also even still yet already again once here now never always often sometimes usually ask asked
answer answers say says said tell told show shows shown see seen look looks find finds found give gives
given take takes taken make makes made do does done go goes going come comes came get gets keep keeps
kept let put set sets leave leaves left right turn turns open close closed start starts started stop
stops ended end ends change changes changed add adds added remove removed create created delete move
call calls called return returns function object array string number boolean true false null type types
property properties description required parameters default optional schema option options config
configuration setting settings key keys token tokens input output content role assistant session memory
note notes project repository branch commit directory folder workspace document documents page pages
word words sentence paragraph section example examples reason reasons question questions problem
problems issue issues plan plans step steps rule rules order part parts point place places side kind
thing things way ways people person someone something nothing everything anything world day days week
month year hour minute second morning evening night today tomorrow yesterday long short small large big
little high low early late fast slow good better best bad worse worst great important possible clear
simple hard easy full empty ready free safe real whole own public private local remote current previous
must should would could may might shall need needs want wants wanted know knows known think thought
believe understand mean means meant seem become became remain happen happened hold holds bring brought
send sends sent receive received wait waits report reports measure measured size sizes speed memory
process processes service services network address port host machine machines language letter letters
book books library shelf house water river town street window door table paper hand hands eye eyes
however therefore although unless until since whether another within without across along around toward
information development environment application access available support version install update build
released connection document character position condition action section question relation station
national additional international different difference reference performance importance experience
management government agreement statement requirement movement treatment payment department moment
ing ed er est ly tion ness ment able ible ful less ous ive al ial ity ance ence ship ward wise
http https www com org json yaml markdown bash git node python const let var import export async await
class public static void int float double char bool struct enum interface extends implements new try
catch throw finally switch case break continue default while for if else elif def self print range
id url api cpu gpu ram gb mb kb ms sec min max sum avg mean median src dist lib bin usr tmp var etc
`
  .trim()
  .split(/\s+/);
