//! `qolhat pki path`: whether a certificate leads to an anchor at a moment.

use qolhat_pki::oid::Oid;
use qolhat_pki::path::{Budget, PathError, PathOptions, PathPurpose, VerifiedPath, build_path};
use qolhat_pki::policy::RevocationPolicy;
use qolhat_pki::trust::TrustStore;
use qolhat_pki::validate::{Evidence, validate_path};
use serde_json::json;

use super::output::{CliError, Output};
use super::{Answer, PathArgs, Purpose, input};

/// Looks for the path.
pub fn path(args: &PathArgs, output: &Output) -> Result<Answer, CliError> {
    let at = input::moment(Some(&args.at))?;
    let trust = TrustStore::from_certificates(input::certificates(&args.anchor)?);
    if trust.is_empty() {
        return Err(CliError::no_anchors());
    }
    let intermediates = input::certificates(&args.intermediate)?;
    let target = input::one_certificate(&args.target)?;
    let options = options(args)?;
    let mut budget = Budget::default();
    let found = if args.crl.is_empty() && args.ocsp.is_empty() {
        build_path(&target, &trust, &intermediates, at, &options, &mut budget)
    } else {
        let evidence = Evidence {
            certificates: intermediates.clone(),
            crls: input::crls(&args.crl)?,
            ocsp: input::ocsp(&args.ocsp)?,
        };
        let policy = RevocationPolicy::default();
        validate_path(&target, &trust, &intermediates, &evidence, &policy, &options, at, &mut budget)
            .map(|(path, _)| path)
    };
    tell(&found, output);
    Ok(found.is_ok().into())
}

fn options(args: &PathArgs) -> Result<PathOptions, CliError> {
    let purpose = match args.purpose {
        Purpose::Any => PathPurpose::Any,
        Purpose::Sign => PathPurpose::Sign,
        Purpose::Auth => PathPurpose::Auth,
        Purpose::Ocsp => PathPurpose::Ocsp,
        Purpose::Tsa => PathPurpose::Tsa,
    };
    let policy = |text: &String| Oid::parse_dotted(text).ok_or_else(|| CliError::usage(format!("--policy {text}")));
    let default = PathOptions::for_purpose(purpose);
    Ok(PathOptions {
        initial_policies: args.policy.iter().map(policy).collect::<Result<_, _>>()?,
        explicit_policy: args.explicit_policy,
        inhibit_policy_mapping: args.inhibit_policy_mapping,
        inhibit_any_policy: args.inhibit_any_policy,
        max_depth: args.max_depth.unwrap_or(default.max_depth),
        ..default
    })
}

fn tell(found: &Result<VerifiedPath, PathError>, output: &Output) {
    match found {
        Ok(path) => {
            let chain: Vec<String> = path.chain().map(|certificate| certificate.subject().to_string()).collect();
            let policies: Vec<String> = path.policies().iter().map(ToString::to_string).collect();
            let value = json!({"valid": true, "reason": null, "chain": chain, "policies": policies});
            output.answer(&value, |page| {
                page.line("cli-path-good", &[]);
                chain.iter().for_each(|subject| page.field("chain", subject));
                page.field("policies", policies.join(", "));
            });
        }
        Err(error) => {
            let value = json!({"valid": false, "reason": error.code(), "chain": [], "policies": []});
            output.answer(&value, |page| {
                page.line("cli-path-bad", &[]);
                let reason = page.word("path", error.code());
                page.field("reason", format!("{reason} ({error})"));
            });
        }
    }
}
