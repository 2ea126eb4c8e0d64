//! Keys of model vendors, and of what builds, checks and ships code.

use super::{accept_random, info, token};
use crate::detect::registry::Rule;
use crate::finding::Severity::High;

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info("secret/agent_key", High, 950, "A key of a service that agents are built on."),
        patterns: &[
            token(&["tvly-"], r"(?:dev-|prod-)?[A-Za-z0-9-]{32,40}\b", 900, "tavily_key"),
            token(&["nvapi-"], r"[A-Za-z0-9_-]{60,70}", 900, "nvidia_key"),
            token(&["sk_"], r"[a-f0-9]{48}\b", 850, "elevenlabs_key"),
            token(&["fw_"], r"[A-Za-z0-9]{20,24}\b", 850, "fireworks_key"),
            token(&["tgp_v1_"], r"[A-Za-z0-9_-]{40,50}", 900, "together_key"),
            token(&["csk-"], r"[a-z0-9]{48}\b", 900, "cerebras_key"),
            token(&["jina_"], r"[A-Za-z0-9_-]{55,65}", 900, "jina_key"),
            token(&["pa-"], r"[A-Za-z0-9_-]{43}\b", 800, "voyage_key"),
            token(&["pcsk_"], r"[A-Za-z0-9]{5,7}_[A-Za-z0-9]{60,66}\b", 920, "pinecone_key"),
            token(&["sk-"], r"[a-f0-9]{32}\b", 850, "deepseek_key"),
            token(&["sk-lf-"], r"[a-f0-9-]{36}\b", 900, "langfuse_key"),
            token(&["sk-helicone-"], r"[a-z0-9-]{28,64}\b", 900, "helicone_key"),
            token(&["fc-"], r"[a-f0-9]{32}\b", 850, "firecrawl_key"),
            token(&["e2b_"], r"[a-f0-9]{40}\b", 900, "e2b_key"),
            token(&["rpa_"], r"[A-Z0-9]{40,46}\b", 900, "runpod_key"),
            token(&["ak-", "as-"], r"[A-Za-z0-9]{22}\b", 700, "modal_token"),
            token(&["apify_api_"], r"[A-Za-z0-9]{34,40}\b", 920, "apify_token"),
            token(&["bb_live_"], r"[A-Za-z0-9_-]{20,40}\b", 850, "browserbase_key"),
            token(&["VF."], r"(?:DM|WS)\.[a-f0-9]{24}\.[A-Za-z0-9]{16}\b", 900, "voiceflow_key"),
            token(&["ABSK"], r"[A-Za-z0-9+/]{100,280}={0,2}", 920, "bedrock_key"),
            token(&["bedrock-api-key-"], r"[A-Za-z0-9+/=]{60,300}", 920, "bedrock_key"),
            token(&["wandb_v1_"], r"[A-Za-z0-9_]{40,90}\b", 900, "wandb_key"),
            token(&["flp_"], r"[A-Za-z0-9]{40,60}\b", 850, "friendli_token"),
        ],
        check: accept_random,
    },
    Rule {
        info: info(
            "secret/build_token",
            High,
            950,
            "A token of a service that builds or checks code.",
        ),
        patterns: &[
            token(&["ATBB"], r"[A-Za-z0-9_-]{28,32}(?:[A-F0-9]{8})?\b", 850, "bitbucket_password"),
            token(
                &["CCIPAT_", "CCIPRJ_"],
                r"[A-Za-z0-9]{20,24}_[A-Za-z0-9]{40,50}\b",
                920,
                "circleci_token",
            ),
            token(&["bkua_", "bkat_", "bkct_"], r"[a-z0-9]{40,48}\b", 920, "buildkite_token"),
            token(&["ico-"], r"[A-Za-z0-9]{32}\b", 900, "infracost_key"),
            token(&["CLOJARS_"], r"[a-z0-9]{60}\b", 920, "clojars_token"),
            token(&["hawk."], r"[A-Za-z0-9_-]{20}\.[A-Za-z0-9_-]{20}\b", 920, "stackhawk_key"),
            token(
                &["sm_aat_", "sm_pat_", "sm_sat_"],
                r"[A-Za-z0-9]{16}\b",
                900,
                "settlemint_token",
            ),
            token(&["tk-us-"], r"[A-Za-z0-9_-]{48}\b", 900, "scalingo_token"),
            token(&["odt_"], r"[A-Za-z0-9]{32,40}\b", 880, "dependency_track_key"),
            token(&["dckr_oat_"], r"[A-Za-z0-9_-]{32}\b", 920, "docker_token"),
            token(&["SWMTKN-1-"], r"[a-z0-9]{50}-[a-z0-9]{25}\b", 920, "swarm_token"),
            token(&["dsp_"], r"[a-f0-9]{40}\b", 880, "deepsource_key"),
            token(
                &["pat.", "sat."],
                r"[A-Za-z0-9_-]{22}\.[a-f0-9]{24}\.[A-Za-z0-9]{20}\b",
                920,
                "harness_token",
            ),
            token(
                &["snyk_uat.", "snyk_sat."],
                r"[a-z0-9]{8}\.[A-Za-z0-9_.-]{40,120}",
                920,
                "snyk_token",
            ),
            token(&["endr+"], r"[A-Za-z0-9_-]{16,40}\b", 880, "endor_key"),
            token(&["ion_"], r"[A-Za-z0-9]{42}\b", 850, "ionic_token"),
            token(&["rdme_"], r"[a-z0-9]{70}\b", 920, "readme_key"),
            token(&["lin_oauth_"], r"[a-f0-9]{64}\b", 920, "linear_token"),
        ],
        check: accept_random,
    },
];
