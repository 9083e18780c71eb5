"""The token formats in use: what each looks like, by the documentation of its issuer.

Each pattern is in RE2's syntax, over bytes. If it has a group, the group is the secret; otherwise
all of the match is. A pattern with groups has one in each of its alternatives. A repetition is
bounded if something has to follow it, so that a search takes linear time.
"""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """A kind of secret, as it is named to the user, and its pattern."""

    kind: str
    pattern: str


_W = r"[\w-]"  # a character of URL-safe base64
_X = r"[0-9a-f]"
_A = r"[A-Za-z0-9]"
_UUID = rf"{_X}{{8}}(?:-{_X}{{4}}){{3}}-{_X}{{12}}"
# Where a token with a short prefix may begin: at a word, or after an escape that a letter ends.
_B = r"(?:\b|\\[nrt]|%[0-9A-Fa-f]{2}|\x1b\[[0-9;]{0,12}m)"

CLOUD = (
    Format("AWS access key", r"(?:A3T[A-Z0-9]|ABIA|ACCA|AKIA|ASIA)[0-9A-Z]{16}"),
    Format("AWS Bedrock key", r"ABSK[A-Za-z0-9+/]{100,}={0,2}"),
    Format("AWS MWS key", rf"amzn\.mws\.{_UUID}"),
    Format("Alibaba Cloud key", _B + rf"(LTAI{_A}{{16,24}})"),
    Format("Azure client secret", _B + rf"({_A}{{3}}\dQ~[\w.~-]{{31,34}})"),
    Format("Azure DevOps token", rf"{_A}{{52}}JQQJ99{_A}{{18,26}}|{_A}{{76}}AZDO{_A}{{4}}"),
    Format("Azure signature", r"[?&]sig=([A-Za-z0-9%+/=]{40,})"),
    Format("Azure key", r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{43,86}={1,2})"),
    Format("Cloudflare origin key", rf"v1\.0-{_X}{{24}}-{_X}{{100,}}"),
    Format("Databricks token", _B + rf"(dapi{_X}{{32}}(?:-\d)?)"),
    Format("DigitalOcean token", rf"do[opr]_v1_{_X}{{64}}"),
    Format("Fly.io token", rf"fo1_{_W}{{43}}|fm[12][ar]?_[\w+/=,-]{{80,}}"),
    Format("Google API key", rf"AIza{_W}{{35}}"),
    Format("Google OAuth token", _B + rf"(ya29\.{_W}{{20,}}|1//0{_W}{{40,}})"),
    Format("Google client secret", rf"GOCSPX-{_W}{{28}}"),
    Format("Heroku key", rf"(HRKU-{_W}{{36,}})|(?i:heroku)[\w .:='\"-]{{1,40}}\b({_UUID})"),
    Format("Netlify token", _B + rf"(nf[pcou]_{_A}{{36,}})"),
    Format("OpenShift token", rf"sha256~{_W}{{43}}"),
    Format("PlanetScale secret", r"pscale_(?:tkn|pw|oauth)_[\w.=-]{32,}"),
    Format("Render key", _B + rf"(rnd_{_A}{{28,}})"),
    Format("Scalingo token", rf"tk-us-{_W}{{48}}"),
    Format("Supabase key", rf"sb[pv]_{_X}{{40}}|sb_secret_{_W}{{20,}}"),
    Format("Tencent Cloud key", _B + rf"(AKID{_A}{{28,}})"),
    Format("Vercel token", _B + rf"(vc[aipkr]_{_A}{{24,}})"),
    Format("Yandex Cloud key", _B + rf"(AQVN{_W}{{35,}}|y[0-3]_{_W}{{50,}})"),
)
CODE_HOSTS_AND_REGISTRIES = (
    Format("Atlassian token", r"AT(?:ATT|CTT)3[\w=-]{60,}|ATBB[A-Za-z0-9]{28,}"),
    Format("Buildkite token", rf"bk[a-z]{{2}}_{_X}{{40}}"),
    Format("CircleCI token", rf"CCIP(?:AT|RJ)_{_A}{{10,30}}_{_X}{{40}}"),
    Format("Clojars token", r"CLOJARS_[a-z0-9]{60}"),
    Format("crates.io token", _B + rf"(cio{_A}{{32}})\b"),
    Format("Docker token", rf"dckr_[po]at_{_W}{{20,}}"),
    Format("GitHub token", rf"gh[pousr]_{_A}{{36,}}|github_pat_\w{{50,}}"),
    Format(
        "GitLab token",
        rf"gl(?:agent|cbt|dt|ffct|ft|imt|oas|pat|ptt|rt|rtr|soat|wt)-[\w.-]{{20,}}|GR1348941{_W}{{20}}",
    ),
    Format("Artifactory token", _B + rf"(AKC[a-z]{_A}{{60,}}|cmVmdGtu{_A}{{50,}})"),
    Format("npm token", _B + rf"(npm_{_A}{{36}})"),
    Format("NuGet key", _B + r"(oy2[a-z0-9]{43})\b"),
    Format("Packagist token", rf"packagist_[a-z]{{3}}_{_X}{{60,}}"),
    Format("PyPI token", rf"pypi-AgE{_W}{{50,}}"),
    Format("RubyGems key", rf"rubygems_{_X}{{48}}"),
    Format("Snyk, SonarQube or Sourcegraph token", rf"s(?:q[apu]|gp)_(?:{_A}{{5,16}}_)?{_X}{{40}}"),
)
MODELS = (
    Format("Anthropic key", rf"sk-ant-{_W}{{20,}}"),
    Format("ElevenLabs key", _B + rf"(sk_{_X}{{48}})\b"),
    Format("Fireworks key", _B + rf"(fw_{_A}{{22,32}})\b"),
    Format("Firecrawl key", _B + rf"(fc-{_X}{{32}})\b"),
    Format("Groq key", rf"gsk_{_A}{{40,}}"),
    Format("Hugging Face token", _B + rf"(hf_{_A}{{30,}}|api_org_{_A}{{30,}})"),
    Format("Jina key", rf"jina_{_W}{{40,}}"),
    Format("LangSmith key", rf"lsv2_[ps][tk]_{_X}{{32}}_{_X}{{10}}"),
    Format("NVIDIA key", rf"nvapi-{_W}{{40,}}"),
    Format(
        "OpenAI key",
        rf"sk-(?:proj|svcacct|admin|None|or-v1)-{_W}{{20,}}|sk-{_A}{{0,80}}T3BlbkFJ{_A}{{20}}",
    ),
    Format("API key", _B + rf"(c?sk-{_A}{{32,}})\b"),
    Format("Perplexity key", rf"pplx-{_A}{{40,}}"),
    Format("Pinecone key", r"pcsk_\w{40,}"),
    Format("Replicate token", _B + rf"(r8_{_A}{{37}})\b"),
    Format("Tavily key", rf"tvly-(?:dev-|prod-)?{_A}{{20,}}"),
    Format("xAI key", _B + rf"(xai-{_A}{{60,}})"),
)
SERVICES = (
    Format("Adafruit key", _B + rf"(aio_{_A}{{28}})\b"),
    Format("Airtable token", _B + rf"(pat{_A}{{14}}\.{_X}{{64}})"),
    Format("Apify token", rf"apify_api_{_A}{{30,}}"),
    Format("Asana token", _B + rf"([0-9]/[0-9]{{16}}(?:/[0-9]{{16}})?:{_X}{{32}})"),
    Format("Brevo key", rf"x(?:keysib|smtpsib)-{_X}{{64}}-{_A}{{16}}"),
    Format("Contentful token", rf"CFPAT-{_W}{{43}}"),
    Format("Discord bot token", _B + rf"([MNO]{_W}{{23,25}}\.{_W}{{6}}\.{_W}{{27,38}})"),
    Format("Discord webhook", rf"discord(?:app)?\.com/api/webhooks/\d{{10,}}/({_W}{{50,}})"),
    Format("Doppler token", r"dp\.(?:audit|ct|pt|sa|scim|st)\.[\w.-]{40,}"),
    Format("Dropbox token", _B + rf"(sl\.(?:u\.)?{_W}{{80,}})"),
    Format("Duffel token", r"duffel_(?:live|test)_[\w=-]{40,}"),
    Format("Dynatrace token", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    Format("EasyPost key", _B + rf"(EZ[AT]K{_A}{{54}})"),
    Format("Facebook token", _B + rf"(EAA[A-Z]{_A}{{90,}})\b"),
    Format("Figma token", _B + rf"(fig[dour]h?_{_W}{{36,}})"),
    Format("Firebase key", _B + rf"(AAAA{_W}{{7}}:{_W}{{120,}})"),
    Format("Grafana token", rf"(glsa_{_A}{{32}}_{_X}{{8}})|" + _B + r"(glc_[A-Za-z0-9+/=]{32,})"),
    Format("Harness token", rf"[ps]at\.{_W}{{22}}\.{_X}{{24}}\.{_A}{{20}}"),
    Format("LaunchDarkly key", _B + rf"((?:api|sdk)-{_UUID})"),
    Format("Linear key", rf"lin_(?:api|oauth)_{_A}{{32,}}"),
    Format("Mailchimp key", _B + rf"({_X}{{32}}-us\d{{1,2}})\b"),
    Format("Mailgun key", _B + rf"(key-{_X}{{32}})\b"),
    Format("Mapbox secret token", _B + rf"(sk\.eyJ{_W}{{20,}}\.{_W}{{20,}})"),
    Format("MaxMind key", rf"{_A}{{6}}_{_A}{{29}}_mmk"),
    Format(
        "Microsoft Teams webhook", r"(?:webhook|outlook)\.office\.com/webhook\w{0,4}/([\w@/-]{60,})"
    ),
    Format("New Relic key", _B + r"(NR(?:AK|AA|II|JS|RA)-\w{19,})"),
    Format("Notion token", _B + rf"(secret_{_A}{{43}}|ntn_{_A}{{40,}})\b"),
    Format("Octopus key", _B + r"(API-[A-Z0-9]{26,})\b"),
    Format("Postman key", rf"PMAK-{_X}{{24}}-{_X}{{34}}"),
    Format("Prefect key", _B + r"(pn[bu]_[A-Za-z0-9]{36})\b"),
    Format("ReadMe key", r"rdme_[a-z0-9]{70}"),
    Format("Resend key", _B + rf"(re_{_A}{{6,10}}_{_A}{{20,}})"),
    Format("SendGrid key", rf"SG\.{_W}{{16,32}}\.{_W}{{16,64}}"),
    Format("Sentry token", r"sntry[su]_[\w+/=-]{40,}"),
    Format(
        "Slack token",
        r"xox[abeoprs](?:\.xox[bp])?-[\w-]{0,20}\d[\w-]{9,}|xapp-\d-[A-Z0-9]+-\d+-\w{32,}",
    ),
    Format("Slack webhook", r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/-]{30,})"),
    Format("Tailscale key", rf"tskey-[a-z]{{2,12}}-{_A}{{8,}}-{_A}{{16,}}|tskey-{_A}{{16,}}"),
    Format("Telegram bot token", _B + rf"(?:bot)?(\d{{8,10}}:AA{_W}{{32,34}})"),
    Format("Twilio key", _B + rf"((?:AC|SK){_X}{{32}})\b"),
    Format("Twitter token", r"A{20,24}[A-Za-z0-9%]{50,}"),
    Format("Typeform token", _B + r"(tfp_[\w.=-]{40,})"),
)
PAYMENTS = (
    Format("Braintree token", rf"access_token\$(?:production|sandbox)\$\w{{16}}\${_X}{{32}}"),
    Format("Flutterwave key", rf"FLW(?:PUB|SEC)K(?:_TEST)?-{_A}{{12,40}}-X"),
    Format("Lob key", _B + rf"((?:live|test)_(?:pub_)?{_X}{{31,35}})\b"),
    Format("Plaid token", rf"access-(?:development|production|sandbox)-{_UUID}"),
    Format("Razorpay key", rf"rzp_(?:live|test)_{_A}{{14,}}"),
    Format("Shippo token", rf"shippo_(?:live|test)_{_X}{{40}}"),
    Format("Shopify token", r"shp(?:at|ca|pa|ss|ua)_[0-9A-Fa-f]{32}"),
    Format("Square token", _B + rf"(sq0[a-z]{{3}}-{_W}{{22,43}}|EAAA{_W}{{60}})"),
    Format("Stripe key", rf"(?:r|s)k_(?:live|test)_{_A}{{10,}}|whsec_[A-Za-z0-9+/=]{{32,}}"),
)
INFRASTRUCTURE = (
    Format(
        "1Password token",
        r"ops_eyJ[\w+/=-]{80,}|A3-[A-Z0-9]{6}-(?:[A-Z0-9]{5,11}-){3,5}[A-Z0-9]{5}",
    ),
    Format("age key", r"AGE-SECRET-KEY-1[0-9A-Z]{58}"),
    Format("JSON Web Token", rf"eyJ{_W}{{8,}}\.[\w-]{{8,}}\.{_W}{{8,}}"),
    Format("Pulumi token", rf"pul-{_X}{{40}}"),
    Format("Terraform token", rf"{_A}{{14}}\.atlasv1\.[\w=-]{{60,}}"),
    Format("Vault token", _B + rf"(hv[bsr]\.{_W}{{24,}})"),
    Format("password hash", r"\$(?:apr1|2[aby]|5|6|y)\$[\w./$=]{30,}"),
    Format("Infisical token", rf"st\.{_X}{{24}}\.{_X}{{32}}\.{_X}{{32}}"),
)
FORMATS = (*CLOUD, *CODE_HOSTS_AND_REGISTRIES, *MODELS, *SERVICES, *PAYMENTS, *INFRASTRUCTURE)
