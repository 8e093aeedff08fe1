using Counterfoil.Core.Verdicts;

namespace Counterfoil.Data.Licences;

/// <summary>The checks of licences, of policies over them, and of what rightsholders reserve.</summary>
public static class LicenceChecks
{
    /// <summary>A licence expression has the grammar of SPDX 3, Annex "SPDX license expressions", and is within limits.</summary>
    public static readonly Check Expression = new("data.licence.expression");

    /// <summary>Each licence and exception of an expression is on the SPDX list, or refers to a text of its own.</summary>
    public static readonly Check Listed = new("data.licence.listed");

    /// <summary>A licence policy is JSON of its form, names nothing twice and is within limits.</summary>
    public static readonly Check Policy = new("data.licence.policy");

    /// <summary>The mixture of all sources allows the use asked about.</summary>
    public static readonly Check Use = new("data.licence.use");

    /// <summary>A statement's licence result is the one that policy and sources yield.</summary>
    public static readonly Check Result = new("data.licence.result");

    /// <summary>An opt-out file has its form and is within limits.</summary>
    public static readonly Check OptOut = new("data.optout.form");

    /// <summary>A picture's embedded manifest has the form of C2PA: segments, boxes, CBOR.</summary>
    public static readonly Check CredentialsForm = new("data.credentials.form");

    /// <summary>The claim names the assertion, and the assertion's hash is the claim's.</summary>
    public static readonly Check CredentialsAssertion = new("data.credentials.assertion");

    /// <summary>The claim's signature is one of the key in the certificate that it carries. Whose certificate that is, is not asked.</summary>
    public static readonly Check CredentialsSignature = new("data.credentials.signature");

    /// <summary>The claim is bound to this very file: the hash of its bytes outside the manifest is the one claimed.</summary>
    public static readonly Check CredentialsBinding = new("data.credentials.binding");
}
