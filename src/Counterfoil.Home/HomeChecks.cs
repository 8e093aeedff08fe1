using Counterfoil.Core.Verdicts;

namespace Counterfoil.Home;

/// <summary>The checks that the home folder makes of itself.</summary>
public static class HomeChecks
{
    /// <summary>The folder exists, and a home has been made in it.</summary>
    public static readonly Check Missing = new("home.missing");

    /// <summary>Nobody but the owner may read or write the folder and its key files.</summary>
    public static readonly Check Permissions = new("home.permissions");

    /// <summary>At most one process writes to a home.</summary>
    public static readonly Check Lock = new("home.lock");

    /// <summary><c>home.json</c> has its members and no others, within limits.</summary>
    public static readonly Check Manifest = new("home.manifest");

    /// <summary>The format of the folder and of each store in it is one that this program knows, or can migrate to.</summary>
    public static readonly Check Version = new("home.version");

    /// <summary>The wrapped home key has its format and is within limits.</summary>
    public static readonly Check HomeKeyFormat = new("home.home-key.format");

    /// <summary>The passphrase, or the key file, opens the wrapped home key, of which no byte has changed.</summary>
    public static readonly Check Unlock = new("home.unlock");

    /// <summary>A name that a key can have: 1 to 64 of a–z, 0–9 and hyphen.</summary>
    public static readonly Check KeyName = new("home.key.name");

    /// <summary>There is a key of that name.</summary>
    public static readonly Check KeyMissing = new("home.key.missing");

    /// <summary>There is not yet a key of that name: none is ever overwritten.</summary>
    public static readonly Check KeyExists = new("home.key.exists");

    /// <summary>A secret to import has its kind's length and range.</summary>
    public static readonly Check KeySecret = new("home.key.secret");

    /// <summary>A key file has its format and is within limits.</summary>
    public static readonly Check KeyFormat = new("home.key.format");

    /// <summary>A key file is of the kind asked for.</summary>
    public static readonly Check KeyKind = new("home.key.kind");

    /// <summary>A key file opens under the home key: no byte of secret, name, kind or public key has changed.</summary>
    public static readonly Check KeySeal = new("home.key.seal");
}
