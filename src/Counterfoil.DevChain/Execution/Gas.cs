namespace Counterfoil.DevChain.Execution;

/// <summary>What things cost, in gas, where forks do not differ. Names follow the Yellow Paper, appendix G, or the EIP in the comment.</summary>
public static class Gas
{
    /// <summary>Every transaction pays this before a byte of it runs (Yellow Paper, G_transaction).</summary>
    public const long Transaction = 21_000;
    /// <summary>On top of <see cref="Transaction"/> when the transaction creates a contract (EIP-2).</summary>
    public const long TransactionCreate = 32_000;
    /// <summary>Per zero byte of transaction data.</summary>
    public const long DataZero = 4;
    /// <summary>Per non-zero byte of transaction data (EIP-2028).</summary>
    public const long DataNonZero = 16;
    /// <summary>Per 32-byte word of initialisation code (EIP-3860).</summary>
    public const long InitCodeWord = 2;
    /// <summary>Per address of an access list (EIP-2930).</summary>
    public const long AccessListAddress = 2_400;
    /// <summary>Per storage key of an access list (EIP-2930).</summary>
    public const long AccessListKey = 1_900;
    /// <summary>Per authorization (EIP-7702), as for an account that is not there yet.</summary>
    public const long Authorization = 25_000;
    /// <summary>Returned for an authorization by an account that is there (EIP-7702).</summary>
    public const long AuthorizationRefund = Authorization - 12_500;
    /// <summary>Per token of data, the least that a transaction pays from Prague on: a zero byte is one token, another four (EIP-7623).</summary>
    public const long FloorToken = 10;
    /// <summary>The most gas of one transaction from Osaka on (EIP-7825).</summary>
    public const ulong MaxTransaction = 1 << 24;
    /// <summary>The blob gas that one blob takes (EIP-4844).</summary>
    public const long PerBlob = 131_072;
    /// <summary>The most blobs of one transaction: a block's in Cancun (EIP-4844) and Prague (EIP-7691), a limit of its own since (EIP-7594).</summary>
    public static int MaxBlobs(Fork fork) => fork == Fork.Prague ? 9 : 6;

    /// <summary>First access to an account in a transaction (EIP-2929).</summary>
    public const long ColdAccount = 2_600;
    /// <summary>First access to a storage slot in a transaction (EIP-2929).</summary>
    public const long ColdSlot = 2_100;
    /// <summary>Any later access (EIP-2929).</summary>
    public const long Warm = 100;
    /// <summary>Writing a slot that was zero before the transaction (EIP-2200).</summary>
    public const long SStoreSet = 20_000;
    /// <summary>Writing a slot that was not zero before the transaction (EIP-2200, less the cold access of EIP-2929).</summary>
    public const long SStoreReset = 5_000 - ColdSlot;
    /// <summary>SSTORE with no more gas than this fails (EIP-2200): a call with a stipend must not write.</summary>
    public const long SStoreSentry = 2_300;
    /// <summary>Returned for clearing a slot (EIP-3529).</summary>
    public const long SStoreClearRefund = 4_800;
    /// <summary>At most gas used divided by this is refunded (EIP-3529).</summary>
    public const long MaxRefundQuotient = 5;

    /// <summary>A call that moves value.</summary>
    public const long CallValue = 9_000;
    /// <summary>Given to the callee of a call that moves value.</summary>
    public const long CallStipend = 2_300;
    /// <summary>A call or SELFDESTRUCT that brings an account into being (EIP-161).</summary>
    public const long NewAccount = 25_000;
    /// <summary>Per byte of the code that a creation leaves behind.</summary>
    public const long CodeDeposit = 200;
    /// <summary>Per word that a copying instruction moves.</summary>
    public const long CopyWord = 3;
    /// <summary>Per word that KECCAK256 reads.</summary>
    public const long KeccakWord = 6;
    /// <summary>Per byte of the exponent of EXP (EIP-160).</summary>
    public const long ExpByte = 50;
    /// <summary>Per byte of a log's data.</summary>
    public const long LogByte = 8;

    /// <summary>The longest code that an account may hold, in bytes (EIP-170).</summary>
    public const int MaxCodeSize = 24_576;
    /// <summary>The longest initialisation code, in bytes (EIP-3860).</summary>
    public const int MaxInitCodeSize = 2 * MaxCodeSize;
    /// <summary>How deep calls and creations may nest.</summary>
    public const int MaxDepth = 1024;

    /// <summary>Words of 32 bytes that hold <paramref name="bytes"/> bytes.</summary>
    public static long Words(long bytes) => (bytes + 31) >> 5;

    /// <summary>The price of a memory of so many words: 3·w + ⌊w²/512⌋ (Yellow Paper, eq. 326).</summary>
    public static long Memory(long words) => 3 * words + words * words / 512;
}
