namespace Counterfoil.Market.Leases;

/// <summary>Why a lease ended: the numbers of LeaseEscrow.sol.</summary>
public enum CloseReason : byte
{
    /// <summary>It has not.</summary>
    None = 0,
    /// <summary>The tenant has what it wanted.</summary>
    TenantDone = 1,
    /// <summary>The tenant says that the provider did not deliver.</summary>
    TenantUnserved = 2,
    /// <summary>The provider takes its machine back.</summary>
    ProviderWithdrew = 3,
    /// <summary>The provider cannot go on: its hardware or its software failed.</summary>
    ProviderFailed = 4,
    /// <summary>The provider was not given the manifest of the order's digest, or does not run such a workload.</summary>
    ManifestRefused = 5,
    /// <summary>The account had no more money.</summary>
    Exhausted = 6,
}

/// <summary>What follows from a close reason.</summary>
public static class CloseReasons
{
    /// <summary>The reason in words.</summary>
    public static string InWords(this CloseReason reason) => reason switch
    {
        CloseReason.None => "open",
        CloseReason.TenantDone => "the tenant was done",
        CloseReason.TenantUnserved => "the tenant says that the provider did not deliver",
        CloseReason.ProviderWithdrew => "the provider took its machine back",
        CloseReason.ProviderFailed => "the provider's machine or software failed",
        CloseReason.ManifestRefused => "the provider refused the manifest",
        CloseReason.Exhausted => "the account had no more money",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "not a close reason"),
    };

    /// <summary>Whether the workload is still wanted and paid for, so that the runner-up takes over.</summary>
    public static bool WantsSuccessor(this CloseReason reason) => reason is >= CloseReason.TenantUnserved and <= CloseReason.ManifestRefused;

    /// <summary>Whether a number is one of the reasons for which a lease ends.</summary>
    public static bool IsDefined(byte reason) => reason is >= (byte)CloseReason.TenantDone and <= (byte)CloseReason.Exhausted;
}
